"""The experiments of notebook 04: how the network is fed, and where padding stands."""

import time

import numpy as np

from tinygpt_lib.course.experiments.alphabetize import strings_to_trained
from tinygpt_lib.course.experiments.feeding import NETWORK, text_model
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part, text_run
from tinygpt_lib.course.measures.originality import words
from tinygpt_lib.generation import sample
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import train
from tinygpt_lib.windows import all_contexts

TRAINING = {"steps": 1200, "batch_size": 256, "min_context": 1}
LENGTHS = (1, 2, 4, 8, 16)  # tokens of context at which the held-out loss is measured
VOWELS = "aeiouAEIOU"
EXAM = 8192  # held-out tokens that a measurement looks at


def encoded_run(seed, encoding, learning_rate, optimizer="adam", steps=1200, shuffle=False, samples=0, **network):
    """Train on the first nine tenths, measure on the held-out tenth; what it likes to say is kept if samples > 0."""
    _, training_ids, held_out = characters()
    model = text_model(seed, encoding, shuffle, **network)
    started = time.process_time()
    history = train(
        model, training_ids, held_out, learning_rate=learning_rate, optimizer=optimizer, seed=seed, progress=False,
        **{**TRAINING, "steps": steps},
    )  # fmt: skip
    run = {
        "examples": history.examples,
        "curve": history.valid_loss,
        "held_out": history.valid_loss[-1] if history.ended == "finished" else None,
        "seconds": time.process_time() - started,
        "by_length": [model.evaluate(held_out[:EXAM], n).loss for n in LENGTHS],
    }
    return run | (habits(model, seed, samples) if samples else {})


def habits(model, seed, samples):
    """What a model guesses first on held-out text, what it gives probability to, and what its samples are made of."""
    tok, training_ids, held_out = characters()
    space, vowel = (np.isin(np.arange(tok.vocab_size), tok.encode(chars)) for chars in (" ", VOWELS))
    windows = np.lib.stride_tricks.sliding_window_view(held_out[:EXAM], model.context)
    p = softmax(model.logits(windows))  # (N, V)
    guesses = p.argmax(axis=1)
    said = sample(model, [tok.encode("ROMEO:\n")] * samples, max_tokens=200, seed=seed)
    said = [tok.decode(ids[7:]) for ids in said]
    known = set(words(tok.decode(training_ids)))
    long = [word for text in said for word in words(text)[1:-1] if len(word) >= 4]  # the outermost may be cut
    return {
        "guessed": {"space": space[guesses].mean(), "vowel": vowel[guesses].mean()},
        "probability": {"space": p[:, space].sum(axis=1).mean(), "vowel": p[:, vowel].sum(axis=1).mean()},
        "sampled": {
            "space": np.mean([char == " " for text in said for char in text]),
            "vowel": np.mean([char in VOWELS for text in said for char in text]),
        },
        "real_words": np.mean([word in known for word in long]) if long else 0.0,
        "says": said[0],
    }


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


CHOSEN = {"raw": 1e-2, "normalized": 3e-2, "presence": 1e-2, "onehot": 1e-2, "embedding": 1e-2}  # by encodings_rates
ADAM_RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
SMALL_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
SGD_RATES = {
    "raw": ADAM_RATES,
    "small raw": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "normalized": (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0),
    "standardized": (0.03, 0.1, 0.3, 1.0, 3.0),
}
QUICK = {"encoding": "normalized", "learning_rate": 0.03, "steps": 200}


def with_rates(encoding, rates, optimizer="adam"):
    return {
        f"{encoding} {optimizer} {rate:g}": {"encoding": encoding, "learning_rate": rate, "optimizer": optimizer}
        for rate in rates
    }


GRIDS = {
    "encodings_rates": Grid(
        "Which of five learning rates suits each encoding under Adam?",
        encoded_run,
        {name: run for encoding in CHOSEN for name, run in with_rates(encoding, ADAM_RATES).items()},
        seeds=3,
        sample=QUICK,
    ),
    "encodings_scale": Grid(
        "Raw and normalised ids are the same up to a factor: which scale trains, under SGD and under Adam?",
        encoded_run,
        {
            **{name: run for enc, rates in SGD_RATES.items() for name, run in with_rates(enc, rates, "sgd").items()},
            **with_rates("small raw", SMALL_RATES),
            **with_rates("standardized", ADAM_RATES),
        },
        seeds=3,
        sample={**QUICK, "optimizer": "sgd", "learning_rate": 1.0},
    ),
    "encodings_ten_seeds": Grid(
        "The five encodings: same network, same budget, each at its best learning rate",
        encoded_run,
        {name: {"encoding": name, "learning_rate": rate, "samples": 10} for name, rate in CHOSEN.items()},
        seeds=10,
        sample=QUICK,
    ),
    "encodings_why": Grid(
        "Ids numbered at random; characters counted, or with fading traces; embeddings of few numbers",
        encoded_run,
        {
            **{
                f"{name} shuffled": {"encoding": name, "learning_rate": CHOSEN[name], "shuffle": True}
                for name in ("raw", "normalized", "onehot")
            },
            "counts": {"encoding": "counts", "learning_rate": 1e-2},
            "fading": {"encoding": "fading", "learning_rate": 1e-2},
            **{
                f"embedding {n}": {"encoding": "embedding", "learning_rate": 1e-2, "embedding_size": n}
                for n in (1, 2, 4)
            },
        },
        seeds=5,
        sample={"encoding": "fading", "learning_rate": 1e-2, "steps": 200},
    ),
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
            f"{encoding} {padding}": {"encoding": encoding, "padding": padding, "hidden": (64,), "most": 150_000}
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
