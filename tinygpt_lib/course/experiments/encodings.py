"""The experiments of notebook 04: how the network is fed. Rates are chosen on other text and seeds than judged on."""

import time
from string import ascii_lowercase

import numpy as np

from tinygpt_lib.course.experiments.feeding import text_model
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.course.measures.originality import words
from tinygpt_lib.generation import sample
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import VALID_EXAMPLES, train

TRAINING = {"steps": 1200, "batch_size": 256, "min_context": 1}
LENGTHS = (1, 2, 4, 8, 16)  # tokens of context at which the loss is measured
VOWELS = "aeiou"
OTHER_SEEDS = 1000  # learning rates are chosen with the seeds from here on


def halves(held_out):
    """The held-out text as two: the half on which learning rates are chosen, and the half on which runs are judged."""
    middle = len(held_out) // 2
    return held_out[:middle], held_out[middle:]


def encoded_run(seed, encoding, learning_rate, optimizer="adam", steps=1200, min_context=1, choosing=False,
                shuffle=False, samples=0, **network):  # fmt: skip
    """Train on the first nine tenths, measure on a half of the held-out tenth: the first one if `choosing`.

    What the model likes to say is kept if samples > 0; "held_out" is None if the loss became no number.
    """
    _, training_ids, held_out = characters()
    exam = halves(held_out)[0 if choosing else 1]
    seed += OTHER_SEEDS * choosing
    model = text_model(seed, encoding, shuffle, **network)
    started = time.process_time()
    history = train(
        model, training_ids, exam, learning_rate=learning_rate, optimizer=optimizer, seed=seed, progress=False,
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
    return run | {"by_length": loss_by_length(model, exam)} | (habits(model, exam, seed, samples) if samples else {})


def loss_by_length(model, exam):
    """The loss after the last 1, 2, 4, 8 and 16 characters: the same characters to predict each time, as in `train`."""
    ends = np.unique(np.linspace(model.context, len(exam) - 1, VALID_EXAMPLES).astype(int))
    windows = exam[ends[:, None] + np.arange(-model.context, 1)]  # (N, T + 1)
    losses = []
    for length in LENGTHS:
        contexts = windows[:, :-1].copy()
        contexts[:, : model.context - length] = model.pad_id
        batches = zip(np.array_split(contexts, 4), np.array_split(windows[:, -1], 4))
        losses.append(model.evaluate_batches(list(batches)).loss)
    return losses


def habits(model, exam, seed, samples):
    """What a model guesses first on held-out text, what its samples are made of, and where its vowels stand."""
    tok, training_ids, _ = characters()
    space, vowel = (np.isin(np.arange(tok.vocab_size), tok.encode(chars)) for chars in (" ", VOWELS + VOWELS.upper()))
    windows = np.lib.stride_tricks.sliding_window_view(exam[:VALID_EXAMPLES], model.context)
    guesses = softmax(model.logits(windows)).argmax(axis=1)  # (N,)
    said = sample(model, [tok.encode("ROMEO:\n")] * samples, max_tokens=200, seed=seed)
    said = [tok.decode(ids[7:]) for ids in said]
    known = set(words(tok.decode(training_ids)))
    long = [word for text in said for word in words(text)[1:-1] if len(word) >= 4]  # the outermost may be cut
    return {
        "guessed": {"space": space[guesses].mean(), "vowel": vowel[guesses].mean()},
        "sampled": {
            "space": np.mean([char == " " for text in said for char in text]),
            "vowel": np.mean([char.lower() in VOWELS for text in said for char in text]),
        },
        "real_words": np.mean([word in known for word in long]) if long else 0.0,
        "says": said[0],
        "vowels_together": vowels_together(model.encoding.table) if model.encoding.trained else None,
    }


def vowels_together(table):
    """Of a, e, i, o and u: how many have another of them as their nearest neighbour (cosine) among the small letters?

    table: (V, E), a row of learnt numbers for each character.
    """
    tok = characters()[0]
    rows = table[tok.encode(ascii_lowercase)]  # (26, E)
    rows = rows - rows.mean(axis=0)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    nearest = (rows @ rows.T - 2 * np.eye(26)).argmax(axis=1)  # (26,)
    return sum(ascii_lowercase[nearest[ascii_lowercase.index(vowel)]] in VOWELS for vowel in VOWELS)


# Chosen by encodings_rates, from the rates below.
CHOSEN = {
    "raw": 1e-2,
    "normalized": 3e-2,
    "presence": 1e-2,
    "onehot": 1e-2,
    "embedding": 1e-2,
    "counts": 1e-2,
    "fading": 3e-2,
    "raw shuffled": 3e-2,
    "normalized shuffled": 3e-2,
    "embedding 1": 3e-2,
    "embedding 2": 3e-2,
    "embedding 4": 1e-2,
}
CHOSEN_SCALE = {
    "raw sgd": 0.03, "small raw sgd": 0.003, "normalized sgd": 3.0, "standardized sgd": 3.0, "small raw adam": 0.003,
    "standardized adam": 0.03,
}  # fmt: skip
RACE = ("raw", "normalized", "presence", "onehot", "embedding")
RATES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
FEW_RATES = RATES[1:]
TRIED = {f"{name} adam": RATES if name in RACE else FEW_RATES for name in CHOSEN} | {
    "normalized adam": (1e-4, 3e-4, *RATES),
    "small raw adam": (1e-4, 3e-4, *RATES[:3]),
    "standardized adam": RATES,
    "raw sgd": RATES,
    "small raw sgd": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "normalized sgd": (1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0),
    "standardized sgd": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
}
LOW_RATES = {"sgd": (1e-3, 3e-3, 1e-2, 3e-2), "adam": (3e-4, 1e-3, 3e-3, 1e-2)}
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
    "encodings_ten_seeds": Grid(
        "The five encodings: same network, same budget, each at its best learning rate",
        encoded_run,
        {name: {"encoding": name, "learning_rate": CHOSEN[name], "samples": 10} for name in RACE},
        seeds=10,
        sample=QUICK,
    ),
    "encodings_scale": Grid(
        "Raw and normalised ids are the same up to a factor: which scale trains, at which rates?",
        encoded_run,
        rated({name: (rate,) for name, rate in CHOSEN_SCALE.items()})
        | rated({f"{name} {opt}": LOW_RATES[opt] for name in ("small raw", "normalized") for opt in LOW_RATES})
        | rated({"raw sgd": (0.01,)}),
        seeds=5,
        sample={**QUICK, "optimizer": "sgd", "learning_rate": 1.0},
    ),
    "encodings_why": Grid(
        "Ids numbered at random; counts and fading traces; embeddings of few numbers; training on full windows only",
        encoded_run,
        {name: settings(name, CHOSEN[name]) for name in CHOSEN if name not in RACE}
        | {"onehot shuffled": settings("onehot shuffled", CHOSEN["onehot"])}
        | {f"{name} full": {**settings(name, CHOSEN[name]), "min_context": 16} for name in ("presence", "onehot")},
        seeds=5,
        sample={"encoding": "fading", "learning_rate": 1e-2, "steps": 200},
    ),
}
