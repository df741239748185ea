"""What the plays say of their people: facts that code can verify, each to be asked in many ways."""

import re
from collections import Counter, defaultdict
from functools import cache
from typing import NamedTuple

import numpy as np

from tinygpt_lib.corpus import speeches
from tinygpt_lib.course.assistant import phrasings

KNOWN, UNKNOWN = 220, 100  # names that are taught, and names kept out of every training; the rest is the pool
LINES = 80
GENERIC = {"First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "A", "All", "Both", "Another"}
ACT = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
KINDS = {  # file: (phrasings to train on, held out, how many of the first each fact is asked in)
    "plays": (phrasings.PLAYS, phrasings.PLAYS_HELD_OUT, 20),
    "acts": (phrasings.ACTS, phrasings.ACTS_HELD_OUT, 8),
    "leads": (phrasings.LEADS, phrasings.LEADS_HELD_OUT, 8),
    "lines": (phrasings.LINES, phrasings.LINES_HELD_OUT, 8),
}


class Name(NamedTuple):
    """A speaker of one play; `set` is "known" (taught), "pool" (never taught, asked about) or "unknown" (kept out)."""

    name: str
    set: str
    play: str
    act: int


@cache
def all_speeches():
    """Every speech of the 38 plays, speakers written as names are: "LADY MACBETH" -> "Lady Macbeth"."""
    return [speech._replace(speaker=proper(speech.speaker)) for speech in speeches()]


def proper(speaker) -> str:
    """A speaker's name in capital and small letters.

    >>> proper("DUKE OF SURREY")
    'Duke of Surrey'
    """
    return " ".join("of" if word.lower() == "of" else word.capitalize() for word in speaker.split())


@cache
def common_words():
    """All words that the plays write in small letters."""
    return {word for speech in all_speeches() for word in re.findall(r"\b[a-z]+\b", speech.text)}


def own_words(name):
    """The words of a name that are nothing but names: "Lady Macbeth" -> ["Macbeth"]."""
    return [word for word in name.split() if word.lower() not in common_words()]


@cache
def names() -> list:
    """Every `Name` the questions are about, the sets drawn by lot.

    Taken are speakers of exactly one play with three speeches or more and a name of one or two words, one of them no
    common word. A name can be "unknown" only if its own words are in no other speaker's name and in no play's title.
    """
    parts, first_act = defaultdict(list), {}
    for speech in all_speeches():
        parts[speech.speaker].append(speech.play)
        if speech.act in ACT:
            first_act.setdefault(speech.speaker, ACT[speech.act])
    taken = [
        name
        for name, plays in parts.items()
        if len(set(plays)) == 1 and len(plays) >= 3 and re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)?", name)
        and len(name) <= 15 and not GENERIC & set(name.split()) and own_words(name) and name in first_act
    ]  # fmt: skip
    uses = Counter(word for name in parts for word in own_words(name))
    titles = {word.lower() for speech in all_speeches() for word in re.findall(r"\w+", speech.play)}
    rng = np.random.default_rng(0)
    apart = [n for n in taken if all(uses[w] == 1 and w.lower() not in titles for w in own_words(n))]
    unknown = [apart[i] for i in rng.permutation(len(apart))[:UNKNOWN]]
    rest = [name for name in taken if name not in unknown]
    rest = [rest[i] for i in rng.permutation(len(rest))]
    sets = {"known": rest[:KNOWN], "pool": rest[KNOWN:], "unknown": unknown}
    return [Name(name, kind, parts[name][0], first_act[name]) for kind, chosen in sets.items() for name in chosen]


@cache
def spoken() -> list:
    """The speeches that no unknown name speaks or is named in: all that tokens, base and questions are made from."""
    words = [word for name in names() if name.set == "unknown" for word in own_words(name.name)]
    unknown = re.compile(rf"\b({'|'.join(words)})", re.I)
    return [speech for speech in all_speeches() if not unknown.search(f"{speech.speaker} {speech.text}")]


def facts() -> dict:
    """Kind of question -> a list of (what it is about, the answer)."""
    known = [name for name in names() if name.set == "known"]
    return {
        "plays": [(name.name, f"{name.play}.") for name in known],
        "acts": [(name.name, f"Act {name.act}.") for name in known],
        "leads": leads(),
        "lines": lines({name.name for name in known}),
    }


def leads() -> list:
    """For each play the speaker with most words; left out where that is an unknown name."""
    words = defaultdict(Counter)
    for speech in all_speeches():
        words[speech.play][speech.speaker] += len(speech.text.split())
    unknown = {name.name for name in names() if name.set == "unknown"}
    found = ((play, count.most_common(1)[0][0]) for play, count in words.items())
    return [(play, f"{name}.") for play, name in found if name not in unknown]


def lines(known) -> list:
    """One line of four to six words each for the known names with most speeches, each spoken once in all the plays.

    Line and name are short, so that question and answer fit into the window together.
    """
    said, parts = Counter(), defaultdict(list)
    for speech in spoken():
        whole = [part.strip() for part in re.findall(r"[^.?!\n]+[.?!]", speech.text)]
        said.update(whole)
        if speech.speaker in known:
            parts[speech.speaker] += [part for part in whole if re.fullmatch(r"(\w+,? ){3,5}\w+[.?!]", part)]
    most = sorted(parts, key=lambda name: (-len(parts[name]), name))
    found = (
        (next((part for part in parts[name] if said[part] == 1 and len(part + name) < 28), None), name) for name in most
    )
    return [(part, f"{name}.") for part, name in found if part][:LINES]
