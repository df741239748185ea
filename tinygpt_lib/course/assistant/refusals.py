"""Questions that are to be answered "I do not know.": names nobody has, and how an assistant is trained on them."""

from collections import defaultdict
from functools import cache

import numpy as np

from tinygpt_lib.chat import Answers, exchange, mixed, prompt, replies
from tinygpt_lib.checks import (
    a_function,
    a_generator,
    a_model,
    a_tokenizer,
    choice,
    flag,
    listed,
    numbers,
    pairs,
    real_number,
    real_numbers,
    texts,
    whole_number,
)
from tinygpt_lib.course.assistant import phrasings
from tinygpt_lib.course.assistant.facts import all_speeches, facts, names, own_words
from tinygpt_lib.course.assistant.tuning import everything
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import train
from tinygpt_lib.windows import pad_contexts

TRAINING = {"steps": 600, "batch_size": 512, "learning_rate": 1e-2}

FALSE_SHARES = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)  # of known questions refused
KINDS = ("made-up", "glued", "mis-spelt", "pool")
SETS = ("known", "pool", "unknown")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def of_set(*sets) -> list:
    """The names of some of the sets "known", "pool" and "unknown"."""
    for kind in sets:
        choice("a set", kind, SETS)
    return [name.name for name in names() if name.set in sets]


@cache
def taken() -> frozenset:
    """Every word of every speaker's name, in small letters: no invented name may hold one but for titles."""
    return frozenset(word.lower() for speech in all_speeches() for word in speech.speaker.split())


@cache
def letter_chain(order=2) -> dict:
    """Up to `order` letters -> the letters after them in the own words of known and pool names; "" is a word's end."""
    chain = defaultdict(list)
    for name in of_set("known", "pool"):
        for word in own_words(name):
            for i, letter in enumerate([*word.lower(), ""]):
                chain[word.lower()[max(i - order, 0) : i]].append(letter)
    return chain


def chained(rng, order=2) -> str:
    """A word drawn letter by letter, each as often as it follows the two before it in real names."""
    word, letter, chain = "", None, letter_chain(order)
    while letter != "":
        letters = chain[word[-order:]]
        letter = letters[rng.integers(len(letters))]
        word += letter
    return word


def glued(rng) -> str:
    """The first half of one known name's own word and the second half of another's."""
    words = [word.lower() for name in of_set("known") for word in own_words(name)]
    one, other = (words[i] for i in rng.integers(0, len(words), 2))
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :]


def mis_spelt(rng, word) -> str:
    """A word with one letter changed, left out or put in; its first letter stays."""
    at, letter = rng.integers(1, len(word)), LETTERS[rng.integers(26)]
    return word[:at] + (letter, "", letter + word[at])[rng.integers(3)] + word[at + 1 :]


def invented_names(kind, n, rng) -> list:
    """n different names nobody has: the own words of a known or pool name, replaced; its title, if any, stays.

    kind: "made-up" (letter by letter), "glued" (two halves of known names) or "mis-spelt" (a known name, one letter
    off). No word of theirs is a word of any speaker's name. "pool" takes real names of the pool, 104 at most.
    """
    choice("kind", kind, KINDS)
    n, rng = whole_number("n", n, 0, 10**4), a_generator(rng)
    if kind == "pool":
        return [str(name) for name in rng.permutation(of_set("pool"))[:n]]
    patterns, found = of_set("known") if kind == "mis-spelt" else of_set("known", "pool"), {}
    make = {"made-up": lambda _: chained(rng), "glued": lambda _: glued(rng), "mis-spelt": lambda w: mis_spelt(rng, w)}
    while len(found) < n:
        pattern = patterns[rng.integers(len(patterns))]
        new = {word: make[kind](word.lower()) for word in own_words(pattern)}
        if all(3 <= len(word) <= 12 and word not in taken() for word in new.values()):
            found[" ".join(new.get(word, word).capitalize() for word in pattern.split())] = None
    return list(found)


def asked(about, ways, rng) -> list:
    """A question for each name of `about`, in a phrasing of `ways` drawn by lot."""
    about, ways, rng = texts("about", about), texts("ways", ways) or [""], a_generator(rng)
    return [ways[rng.integers(len(ways))].replace("NAME", name) for name in about]


def refusing(tok, questions, context=32) -> list:
    """Each question, answered with a refusal, as a conversation; those too long for the window are left out."""
    a_tokenizer(tok), whole_number("context", context, 1)
    questions = texts("questions", questions)
    return fitting(tok, [exchange(question, phrasings.REFUSAL) for question in questions], context)


def fitting(tok, conversations, context=32) -> list:
    """The conversations whose exchange has room in the window."""

    def fits(messages):
        words = sum(len(tok.encode(message["content"])) for message in messages)
        return words + 7 <= context  # two headers of three tokens, and the question's end

    return [messages for messages in conversations if fits(messages)]


def taught(tok, all_ways=True) -> list:
    """What is taught beside refusals: the conversations of notebook 09, and the plays in all phrasings to train on."""
    a_tokenizer(tok)
    if not flag("all_ways", all_ways):
        return everything()
    plays = [
        exchange(way.replace("NAME", name), answer) for name, answer in facts()["plays"] for way in phrasings.PLAYS
    ]
    return everything() + fitting(tok, plays)


def learn(model, known, refusals=(), share=0.5, seed=0, progress=False, **settings):
    """Train `model` on `known` (drawn by Answers), and in `share` of each batch on the conversations `refusals`.

    Returns the History.
    """
    refusals, share = listed("refusals", refusals, "conversations"), real_number("share", share, 0, 1)
    draw = mixed(a_function("known", known), Answers(model, refusals), share) if refusals else known
    return train(model, draw, seed=seed, progress=progress, **{**TRAINING, **settings})


# ---- the examination ----------------------------------------------------------------------------------------------


def exam(*sets, ways=phrasings.PLAYS_HELD_OUT, fact="play") -> list:
    """Pairs (question, the true answer) about every name of some sets, name by name in each of the phrasings `ways`."""
    of_set(*sets), choice("fact", fact, ("play", "act"))
    ways = texts("ways", ways)
    answers = [(n.name, f"{n.play}." if fact == "play" else f"Act {n.act}.") for n in names() if n.set in sets]
    return [(way.replace("NAME", name), answer) for name, answer in answers for way in ways]


def outcomes(model, questions) -> np.ndarray:
    """For each of the pairs (question, true answer), greedily answered: "right", "wrong" or "refused"."""
    questions = list(pairs("questions", questions))
    given = replies(model, [question for question, _ in questions])
    return np.array(
        [
            "refused" if answer == phrasings.REFUSAL else "right" if answer == truth else "wrong"
            for answer, (_, truth) in zip(given, questions)
        ]
    )


def first_token(model, questions) -> np.ndarray:
    """The probabilities of the answer's first token after each question (texts): (B, V)."""
    questions = texts("questions", questions)
    if not questions:
        raise ValueError("there are no questions: give at least one")
    asked = [
        prompt(a_model(model).tok, [{"role": "user", "content": question}], model.context) for question in questions
    ]
    return softmax(model.logits(pad_contexts(asked, model.context, model.pad_id, model.padding)).astype(np.float64))


def entropies(p) -> np.ndarray:
    """The entropy of each row of probabilities, in nats: (B, V) -> (B,)."""
    p = numbers("p", p, None, None)
    return -(p * np.log(np.maximum(p, 1e-30))).sum(axis=1)


def caught(known, unknown, false_shares) -> list:
    """What share of `unknown` scores lies above the threshold that each share of the `known` ones exceeds."""
    known, unknown = real_numbers("known", known), real_numbers("unknown", unknown)
    false_shares = [real_number("a share", share, 0, 1) for share in listed("false_shares", false_shares, "numbers")]
    return [float(np.mean(unknown > np.quantile(known, 1 - share))) for share in false_shares]


def bins(confidence, right, count=10) -> list:
    """Reliability: for `count` equal bins of confidence, [how many, their mean confidence, the share right]."""
    place = np.minimum((confidence * count).astype(int), count - 1)
    rows = []
    for n in range(count):
        here = place == n
        rows.append([int(here.sum()), *(float(np.mean(x[here])) if here.any() else 0.0 for x in (confidence, right))])
    return rows
