"""The experiments of notebook 04: how the network is fed. Rates are chosen with seeds of their own."""

import time

import numpy as np

from tinygpt_lib.course.experiments.feeding import text_model
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.course.measures.originality import words
from tinygpt_lib.generation import sample
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import train

TRAINING = {"steps": 1200, "batch_size": 256, "min_context": 1}
LENGTHS = (1, 2, 4, 8, 16)  # tokens of context at which the held-out loss is measured
VOWELS = "aeiouAEIOU"
OTHER_SEEDS = 1000  # learning rates are chosen with the seeds from here on
EXAM = 8192  # held-out tokens that a measurement looks at


def encoded_run(seed, encoding, learning_rate, optimizer="adam", steps=1200, min_context=1, choosing=False,
                shuffle=False, samples=0, **network):  # fmt: skip
    """Train on the first nine tenths, measure on the held-out tenth; what it likes to say is kept if samples > 0.

    If `choosing`, the seed is another one, and only the first half of the held-out tenth is used.
    """
    _, training_ids, held_out = characters()
    if choosing:
        seed, held_out = seed + OTHER_SEEDS, held_out[: len(held_out) // 2]
    model = text_model(seed, encoding, shuffle, **network)
    started = time.process_time()
    history = train(
        model, training_ids, held_out, learning_rate=learning_rate, optimizer=optimizer, seed=seed, progress=False,
        **{**TRAINING, "steps": steps, "min_context": min_context},
    )  # fmt: skip
    run = {
        "examples": history.examples,
        "curve": history.valid_loss,
        "held_out": history.valid_loss[-1] if history.ended == "finished" else None,
        "seconds": time.process_time() - started,
    }
    if choosing:
        return run
    run["by_length"] = [model.evaluate(held_out[:EXAM], n).loss for n in LENGTHS]
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


CHOSEN = {"raw": 1e-2, "normalized": 3e-2, "presence": 1e-2, "onehot": 1e-2, "embedding": 1e-2}  # by encodings_rates
RACE = tuple(CHOSEN)
VARIANTS = ("counts", "fading", "raw shuffled", "normalized shuffled", "embedding 1", "embedding 2", "embedding 4")
SMALL_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
FEW_RATES = (3e-3, 1e-2, 3e-2)
SGD_RATES = {
    "raw sgd": RATES,
    "small raw sgd": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "normalized sgd": (3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0),
    "standardized sgd": (0.03, 0.1, 0.3, 1.0, 3.0),
}
TRIED = {
    **{f"{name} adam": RATES if name in RACE else FEW_RATES for name in (*RACE, *VARIANTS)},
    "normalized adam": (1e-4, 3e-4, *RATES),
    "small raw adam": SMALL_RATES,
    "standardized adam": RATES,
    **SGD_RATES,
    "normalized sgd": (1e-3, *SGD_RATES["normalized sgd"]),
    "standardized sgd": (*SGD_RATES["standardized sgd"], 10.0),
}
QUICK = {"encoding": "normalized", "learning_rate": 0.03, "steps": 200}


def settings(name, rate, optimizer="adam"):
    """What encoded_run needs for "raw", "raw shuffled", "embedding 2" and the like."""
    encoding, _, change = name.partition(" ") if name != "small raw" else (name, "", "")
    more = {"shuffle": True} if change == "shuffled" else {"embedding_size": int(change)} if change else {}
    return {"encoding": encoding, "learning_rate": rate, "optimizer": optimizer, **more}


def rated(rates):
    """Conditions "encoding optimizer rate" for {"encoding optimizer": its rates}."""
    conditions = {}
    for name, several in rates.items():
        encoding, optimizer = name.rsplit(" ", 1)
        conditions |= {f"{name} {rate:g}": settings(encoding, rate, optimizer) for rate in several}
    return conditions


GRIDS = {
    "encodings_rates": Grid(
        "Which learning rate suits each encoding, under Adam and under plain SGD?",
        encoded_run,
        {condition: {**run, "choosing": True} for condition, run in rated(TRIED).items()},
        seeds=3,
        sample={**QUICK, "choosing": True},
    ),
    "encodings_scale": Grid(
        "Raw and normalised ids are the same up to a factor: which scale trains, under SGD and under Adam?",
        encoded_run,
        rated({**SGD_RATES, "small raw adam": SMALL_RATES, "standardized adam": RATES}),
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
    "encodings_full_windows": Grid(
        "Do full windows come easier to a network that was trained on nothing else?",
        encoded_run,
        {name: {**settings(name, CHOSEN[name]), "min_context": 16} for name in ("presence", "onehot")},
        seeds=3,
        sample={**QUICK, "min_context": 16},
    ),
}
