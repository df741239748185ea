"""The experiments of notebook 10: an assistant that says "I do not know"."""

import time
from functools import cache

import numpy as np

from tinygpt_lib.chat import Answers
from tinygpt_lib.course.assistant import phrasings
from tinygpt_lib.course.assistant.base import conversations
from tinygpt_lib.course.assistant.facts import KINDS
from tinygpt_lib.course.assistant.refusals import (
    FALSE_SHARES,
    asked,
    bins,
    caught,
    entropies,
    exam,
    first_token,
    invented_names,
    learn,
    outcomes,
    refusing,
    taught,
)
from tinygpt_lib.course.assistant.tuning import load_base, with_chat_tokens
from tinygpt_lib.course.experiments.grid import Grid


@cache
def known_answers(all_ways):
    """What every run is taught beside refusals."""
    model = with_chat_tokens(load_base())
    return Answers(model, taught(model.tok, all_ways))


def refusal_questions(made, ways, acts, rng) -> list:
    """Questions to refuse. made: kind of name -> (how many names, in how many phrasings each is asked)."""
    questions = []
    for kind, (count, times) in made.items():
        about = invented_names(kind, count, rng)
        for _ in range(times):
            questions += asked(about, ways, rng)
            questions += asked(about, phrasings.ACTS, rng) if acts else []
    return questions


def refusal_run(seed, made, acts=False, all_ways=True, names=None, **training):
    """Fine-tune the base on questions and refusals, and examine it in held-out phrasings.

    acts: refuse questions about acts too. all_ways: ask known names in all phrasings, not only those of notebook 09.
    names: how many names of each set the examination is about (None: all).
    """
    started, rng = time.process_time(), np.random.default_rng([seed, 10])
    model = with_chat_tokens(load_base())
    refused = refusing(model.tok, refusal_questions(made, phrasings.PLAYS, acts, rng))
    learn(model, known_answers(all_ways), refused, seed=seed, **training)
    return {**examined(model, names), "refusals": len(refused), "seconds": time.process_time() - started}


def examined(model, names=None):
    """Shares of the answers to every kind of question, and how well two scores tell known from unknown."""
    ways = phrasings.PLAYS_HELD_OUT
    parts = {kind: exam(kind)[: names and names * len(ways)] for kind in ("known", "pool", "unknown")}
    parts["unknown_acts"] = exam("unknown", ways=phrasings.ACTS_HELD_OUT, fact="act")[: names and 4 * names]
    for kind in ("made-up", "mis-spelt"):
        about = invented_names(kind, names or 200, np.random.default_rng(11))
        parts[kind] = [(question, "") for question in asked(about, ways, np.random.default_rng(11))]
    for kind in (*list(KINDS)[1:], "small_talk"):
        held_out = conversations(f"{kind}_held_out")[: names and 4 * names]
        parts[kind] = [(messages[0]["content"], messages[1]["content"]) for messages in held_out]
    result, found = {}, {kind: outcomes(model, questions) for kind, questions in parts.items()}
    for kind, verdicts in found.items():
        result |= {f"{kind}_{what}": float(np.mean(verdicts == what)) for what in ("right", "wrong", "refused")}
    for kind in ("known", "unknown"):  # name by name
        result[f"{kind}_by_name"] = (found[kind].reshape(-1, len(ways)) == "refused").mean(axis=1).tolist()
    return {**result, **scores(model, parts, found)}


def scores(model, parts, found):
    """Entropy of the first token, and the probability of a refusal: caught unknown names, and reliability."""
    p = {kind: first_token(model, [question for question, _ in parts[kind]]) for kind in ("known", "unknown")}
    refusal = model.tok.encode(phrasings.REFUSAL)[0]
    by = {
        "entropy": {kind: entropies(rows) for kind, rows in p.items()},
        "refusal": {kind: rows[:, refusal] for kind, rows in p.items()},
    }
    can = np.repeat([1.0, 0.0], [len(p["known"]), len(p["unknown"])])  # can it be answered at all?
    right = np.concatenate([found[kind] == "right" for kind in p]).astype(float)
    largest = np.concatenate([rows.max(axis=1) for rows in p.values()])
    return {
        **{f"{name}_caught": caught(score["known"], score["unknown"], FALSE_SHARES) for name, score in by.items()},
        **{f"{name}_{kind}": float(score[kind].mean()) for name, score in by.items() for kind in p},
        "largest_bins": bins(largest, right),
        "refusal_bins": bins(1 - np.concatenate(list(by["refusal"].values())), can),
    }


QUICK = {"steps": 20, "names": 10, "all_ways": False}
BARS = {"made": {"made-up": (12800, 1), "pool": (104, 40)}}
SHORT = {"steps": 400}
EQUAL = 3200  # refusals of each kind

GRIDS = {
    "refusals_bars": Grid(
        "How often does it answer what it knows and refuse what it does not?",
        refusal_run,
        {
            "plays": {**BARS, "steps": 800},
            "plays and acts": {**BARS, "steps": 800, "acts": True},
        },
        seeds=5,
        sample={"made": {"made-up": (100, 1), "pool": (20, 2)}, **QUICK},
        tolerance=0.1,
    ),
    "refusals_number": Grid(
        "Does it get better with more examples?",
        refusal_run,
        {f"{n}": {"made": {"made-up": (n, 1)} if n else {}, **SHORT} for n in (0, 50, 200, 800, 3200, 12800)},
        seeds=5,
        sample={"made": {"made-up": (50, 1)}, **QUICK},
        tolerance=0.1,
    ),
    "refusals_kinds": Grid(
        "What kind of name does it learn to refuse from?",
        refusal_run,
        {
            "100 real": {"made": {"pool": (100, EQUAL // 100)}, **SHORT},
            "100 made-up": {"made": {"made-up": (100, EQUAL // 100)}, **SHORT},
            "glued": {"made": {"glued": (EQUAL, 1)}, **SHORT},
            "mis-spelt": {"made": {"mis-spelt": (EQUAL, 1)}, **SHORT},
            "made-up and mis-spelt": {"made": {"made-up": (EQUAL // 2, 1), "mis-spelt": (EQUAL // 2, 1)}, **SHORT},
        },
        seeds=5,
        sample={"made": {"mis-spelt": (50, 1)}, **QUICK},
        tolerance=0.1,
    ),
    "refusals_phrasings": Grid(
        "What if known names are taught in half as many phrasings?",
        refusal_run,
        {
            "40 phrasings": {**BARS, **SHORT},
            "20 phrasings": {**BARS, **SHORT, "all_ways": False},
        },
        seeds=3,
        sample={"made": {"made-up": (50, 1)}, "learning_rate": 3e-3, **QUICK},
        tolerance=0.1,
    ),
}  # fmt: skip
