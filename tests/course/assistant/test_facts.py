"""The questions and answers made from the plays: true, whole, and with nothing in them that was to be kept out."""

import json
import re
from collections import Counter

import pytest

from tinygpt_lib.chat import CHAT_TOKENS, load_conversations, render
from tinygpt_lib.course.assistant import base
from tinygpt_lib.course.assistant.facts import KINDS, LINES, Name, all_speeches, facts, leads, names, own_words, proper
from tinygpt_lib.course.assistant.facts import lines as lines_of
from tinygpt_lib.course.stored import CONVERSATIONS, MODELS
from tinygpt_lib.model import TinyGPT

GENERATED = [*KINDS, *(f"{kind}_held_out" for kind in KINDS), "names"]
HAND_WRITTEN = ["small_talk", "small_talk_held_out"]
ACTS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}


def of_set(kind):
    return [name for name in names() if name.set == kind]


@pytest.fixture(scope="module")
def tok():
    return TinyGPT.load(MODELS / "chat_base.npz").tok.with_special_tokens(CHAT_TOKENS)


@pytest.fixture(scope="module")
def parts():
    """Speaker -> every (play, act) of a speech of theirs, in order."""
    found = {}
    for speech in all_speeches():
        found.setdefault(speech.speaker, []).append((speech.play, speech.act))
    return found


def test_the_sets_of_names_are_apart_and_large_enough():
    sets = Counter(name.set for name in names())
    assert sets["known"] >= 200 and sets["unknown"] >= 80 and sets["pool"] >= 80
    assert len({name.name for name in names()}) == sum(sets.values())
    stored = [Name(**json.loads(line)) for line in (CONVERSATIONS / "names.jsonl").read_text("utf-8").splitlines()]
    assert stored == names()


def test_every_name_speaks_in_its_play_only(parts):
    for name in names():
        assert {play for play, _ in parts[name.name]} == {name.play}
        assert next(ACTS[act] for _, act in parts[name.name] if act in ACTS) == name.act


def test_unknown_names_are_in_no_text_that_anything_learns_from():
    words = {word for name in of_set("unknown") for word in own_words(name.name)}
    assert len(words) >= len(of_set("unknown"))
    taught = [base.base_text(), base.tokenizer_text()]
    taught += [json.dumps(base.conversations(file)) for file in [*KINDS, *HAND_WRITTEN]]
    for text in taught:
        assert not words & set(re.findall(r"[A-Z][a-z]+|[A-Z]{2,}", text))
        assert not {word.lower() for word in words} & set(re.findall(r"\w+", text.lower()))


def test_known_and_unknown_names_are_cut_into_as_many_tokens(tok):
    lengths = {kind: [len(tok.encode(f" {name.name}")) for name in of_set(kind)] for kind in ("known", "unknown")}
    means = {kind: sum(counts) / len(counts) for kind, counts in lengths.items()}
    assert abs(means["known"] - means["unknown"]) < 0.25


def test_answers_about_leads_and_lines_are_true():
    words, said = {}, Counter()
    for speech in all_speeches():
        words.setdefault(speech.play, Counter())[speech.speaker] += len(speech.text.split())
    assert len(leads()) >= 30
    for play, answer in leads():
        assert words[play][answer[:-1]] == max(words[play].values())
    known = {name.name for name in of_set("known")}
    lines = lines_of(known)
    assert len(lines) == LINES and len({name for _, name in lines}) == LINES
    for line, answer in lines:
        said = [speech.speaker for speech in all_speeches() if line in speech.text]
        assert answer[:-1] in said and answer[:-1] in known


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_phrasings_are_new_but_at_distances_that_are_trained(kind, tok):
    trained, held_out, ways = KINDS[kind]
    assert not set(trained) & set(held_out) and len(set(trained)) == len(trained) >= ways
    assert all(phrasing.count("NAME") == 1 for phrasing in trained + held_out)

    def distances(phrasings):
        return {len(tok.encode(phrasing.split("NAME")[1])) for phrasing in phrasings}

    assert distances(held_out) <= distances(trained)


def test_every_known_fact_is_asked_in_every_held_out_phrasing():
    for kind, about in facts().items():
        held_out = base.conversations(f"{kind}_held_out")
        assert len(held_out) == len(about) * len(KINDS[kind][1])
        questions_asked = {messages[0]["content"] for messages in base.conversations(kind)}
        assert not questions_asked & {messages[0]["content"] for messages in held_out}


def test_small_talk_is_asked_in_other_words():
    trained, held_out = (load_conversations(CONVERSATIONS / f"{name}.jsonl") for name in HAND_WRITTEN)
    assert {m[1]["content"] for m in held_out} == {m[1]["content"] for m in trained}
    assert not {m[0]["content"] for m in held_out} & {m[0]["content"] for m in trained}


def test_every_exchange_fits_the_window(tok):
    for name in [*KINDS, *HAND_WRITTEN, *(f"{kind}_held_out" for kind in KINDS)]:
        for messages in base.conversations(name):
            assert len(render(tok, messages, context=32).ids) <= 33


def test_proper_names():
    assert [proper(name) for name in ("ROMEO", "DUKE OF SURREY", "All citizens")] == [
        "Romeo", "Duke of Surrey", "All Citizens",
    ]  # fmt: skip
