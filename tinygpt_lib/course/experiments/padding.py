"""The experiments of notebook 04 on padding: where it stands, and what it is made of."""

import numpy as np

from tinygpt_lib.course.experiments.alphabetize import strings_to_trained
from tinygpt_lib.course.experiments.encodings import CHOSEN, LENGTHS, OTHER_SEEDS, TRAINING, halves
from tinygpt_lib.course.experiments.feeding import NETWORK
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part, text_run
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import VALID_EXAMPLES
from tinygpt_lib.windows import all_contexts


def padding_on_text(seed, padding, encoding, learning_rate, steps=1200):
    """Learn 1 % of the plays; accuracy on that text itself after each length of context, and their mean."""
    ids = first_part(0.01)
    network = {"context": 16, "hidden": (256,), "embedding_size": 16, "padding": padding, "encoding": encoding}
    model, curve = text_run(seed, network, {**TRAINING, "steps": steps, "learning_rate": learning_rate}, ids)
    accuracy = [model.evaluate(ids, n).accuracy for n in range(1, 17)]
    return {"accuracy": accuracy, "mean": np.mean(accuracy), "seconds": curve["seconds"][-1]}


def padding_rate(seed, task, **settings):
    """What a learning rate is chosen by, with other seeds: the mean accuracy on text, or strings until "trained"."""
    if task == "text":
        return {"accuracy": padding_on_text(seed + OTHER_SEEDS, **settings)["mean"], "strings": None}
    return {"accuracy": None, "strings": strings_to_trained(seed + OTHER_SEEDS, **SORTER, **settings)["strings"]}


def padding_token(seed, padding, own, steps=1200):
    """Pad with a token of its own, or with the space; what does the model say after contexts of four characters?"""
    tok, _, held_out = characters()
    exam = halves(held_out)[1][:VALID_EXAMPLES]
    space = tok.encode(" ")[0]
    network = {**NETWORK, "padding": padding, "pad_id": None if own else space}
    model, curve = text_run(seed, network, {**TRAINING, "steps": steps, "learning_rate": CHOSEN["embedding"]})
    pieces = all_contexts(exam, 16, 4, model.pad_id, padding, tok.vocab_size)
    windows, targets = (np.concatenate(part) for part in zip(*pieces))
    p = softmax(model.logits(windows))  # (N, V)
    last = exam[3:-1]  # the last character of each context
    surprise = -np.log(p[np.arange(len(p)), targets])
    return {
        "by_length": [model.evaluate(exam, n).loss for n in LENGTHS],
        "loss_after_space": surprise[last == space].mean(),
        "loss_elsewhere": surprise[last != space].mean(),
        "second_space": p[last == space, space].mean(),
        "seconds": curve["seconds"][-1],
    }


SORTER = {"hidden": (64,), "most": 400_000}
TEXT_RATES, SORT_RATES = (3e-3, 1e-2, 3e-2), (2e-3, 5e-3, 1e-2)
TEXT_CHOSEN = {  # by encodings_padding_rates
    ("normalized", "before"): 3e-2,
    ("normalized", "after"): 3e-2,
    ("embedding", "before"): 1e-2,
    ("embedding", "after"): 1e-2,
}
SORT_CHOSEN = {
    ("raw", "before"): 5e-3,
    ("raw", "after"): 5e-3,
    ("onehot", "before"): 5e-3,
    ("onehot", "after"): 5e-3,
}


def fed(condition, rate):
    encoding, padding = condition
    return {"encoding": encoding, "padding": padding, "learning_rate": rate}


GRIDS = {
    "encodings_padding_rates": Grid(
        "Which learning rate suits each padding, on text and on sorting?",
        padding_rate,
        {
            f"{task} {' '.join(condition)} {rate:g}": {"task": task, **fed(condition, rate)}
            for task, chosen, rates in (("text", TEXT_CHOSEN, TEXT_RATES), ("sort", SORT_CHOSEN, SORT_RATES))
            for condition in chosen
            for rate in rates
        },
        seeds=2,
        sample={"task": "text", "encoding": "normalized", "padding": "after", "learning_rate": 3e-2, "steps": 100},
    ),
    "encodings_padding_text": Grid(
        "Padding before or after the input, on 1 % of the text",
        padding_on_text,
        {" ".join(condition): fed(condition, rate) for condition, rate in TEXT_CHOSEN.items()},
        seeds=5,
        sample={"encoding": "embedding", "padding": "before", "learning_rate": 1e-2, "steps": 100},
    ),
    "encodings_padding_sort": Grid(
        "Padding before or after the input, on the sorting of six letters",
        strings_to_trained,
        {" ".join(condition): {**fed(condition, rate), **SORTER} for condition, rate in SORT_CHOSEN.items()},
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
