"""The experiments of notebook 04 on padding: where it stands, and what it is made of."""

import numpy as np

from tinygpt_lib.course.experiments.alphabetize import strings_to_trained
from tinygpt_lib.course.experiments.encodings import CHOSEN, EXAM, LENGTHS, TRAINING
from tinygpt_lib.course.experiments.feeding import NETWORK
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part, text_run
from tinygpt_lib.loss import softmax
from tinygpt_lib.windows import all_contexts


def padding_on_text(seed, padding, encoding, learning_rate, steps=1200):
    """Learn 1 % of the plays; accuracy on that text itself after each length of context, and their mean."""
    ids = first_part(0.01)
    network = {"context": 16, "hidden": (256,), "embedding_size": 16, "padding": padding, "encoding": encoding}
    model, curve = text_run(seed, network, {**TRAINING, "steps": steps, "learning_rate": learning_rate}, ids)
    accuracy = [model.evaluate(ids, n).accuracy for n in range(1, 17)]
    return {"accuracy": accuracy, "mean": np.mean(accuracy), "seconds": curve["seconds"][-1]}


def padding_token(seed, padding, own, steps=1200):
    """Pad with a token of its own, or with the space; what does the model say after contexts of four characters?"""
    tok, _, held_out = characters()
    space = tok.encode(" ")[0]
    network = {**NETWORK, "padding": padding, "pad_id": None if own else space}
    model, curve = text_run(seed, network, {**TRAINING, "steps": steps, "learning_rate": CHOSEN["embedding"]})
    pieces = all_contexts(held_out[:EXAM], 16, 4, model.pad_id, padding, tok.vocab_size)
    windows, targets = (np.concatenate(part) for part in zip(*pieces))
    p = softmax(model.logits(windows))  # (N, V)
    last = held_out[3 : EXAM - 1]  # the last character of each context
    surprise = -np.log(p[np.arange(len(p)), targets])
    return {
        "by_length": [model.evaluate(held_out[:EXAM], n).loss for n in LENGTHS],
        "loss_after_space": surprise[last == space].mean(),
        "loss_elsewhere": surprise[last != space].mean(),
        "second_space": p[last == space, space].mean(),
        "seconds": curve["seconds"][-1],
    }


GRIDS = {
    "encodings_padding_text": Grid(
        "Padding before or after the input, on 1 % of the text",
        padding_on_text,
        {
            f"{encoding} {padding}": {"encoding": encoding, "padding": padding, "learning_rate": CHOSEN[encoding]}
            for encoding in ("normalized", "embedding")
            for padding in ("before", "after")
        },
        seeds=5,
        sample={"encoding": "embedding", "padding": "before", "learning_rate": 1e-2, "steps": 100},
    ),
    "encodings_padding_sort": Grid(
        "Padding before or after the input, on the sorting of six letters",
        strings_to_trained,
        {
            f"{encoding} {padding}": {
                "encoding": encoding,
                "padding": padding,
                "learning_rate": 5e-3,
                "hidden": (64,),
                "most": 400_000,
            }
            for encoding in ("raw", "onehot")
            for padding in ("before", "after")
        },
        seeds=5,
        sample={"encoding": "onehot", "padding": "before", "hidden": (64,), "most": 5_000},
        tolerance=0.1,
    ),
    "encodings_padding_token": Grid(
        "A padding token of its own, or the space, before or after the input",
        padding_token,
        {
            f"{'own' if own else 'space'} {padding}": {"padding": padding, "own": own}
            for padding in ("before", "after")
            for own in (True, False)
        },
        seeds=5,
        sample={"padding": "after", "own": False, "steps": 100},
    ),
}
