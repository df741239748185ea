"""The judge: a TinyGPT of its own that reads a question, the reference and an answer, and says right or wrong.

Each of the three is written with the chat's tokens and stands in a field of its own, so that each part's end is always
in the same slot; the token predicted after them is the verdict.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from tinygpt_lib.chat import CHAT_TOKENS, render
from tinygpt_lib.checks import a_generator, a_tokenizer, flag, listed, shown, whole_number
from tinygpt_lib.course.assistant import phrasings
from tinygpt_lib.course.assistant.facts import Name, names
from tinygpt_lib.course.assistant.phrasings import REFUSAL
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train
from tinygpt_lib.windows import pad_contexts

VERDICTS = WRONG, RIGHT = "<|wrong|>", "<|right|>"
FORMS = (
    "ANSWER.", "In ANSWER.", "It is ANSWER.", "It is ANSWER, my lord.", "ANSWER, my lord.", "I think it is ANSWER.",
    "In ANSWER, I think.", "That is ANSWER.", "It is in ANSWER.", "You find that in ANSWER.", "In ANSWER, good sir.",
    "I say ANSWER.", "ANSWER, I think.", "That must be ANSWER, sir.", "Well, ANSWER.", "I know it: ANSWER.",
    "ANSWER, sir.", "ANSWER, I say.", "ANSWER, and no other.", "It must be ANSWER.", "I know it is in ANSWER, my lord.",
    "We hear that in ANSWER.", "I say it is in ANSWER, good sir.", "ANSWER, as all men know.",
)  # fmt: skip
FORMS_HELD_OUT = (
    "That is in ANSWER.", "I think ANSWER.", "It must be ANSWER, my lord.", "In ANSWER, sir.", "Well, in ANSWER.",
    "ANSWER, good sir.",
)  # fmt: skip
NOT_KNOWN = (
    REFUSAL, "I do not know, my lord.", "That I do not know.", "I know not.", "I cannot say.", "Who knows?",
    "I know it not, sir.", "That I know not.", "I cannot say, my lord.", "I do not know it.",
)  # fmt: skip
NOT_KNOWN_HELD_OUT = ("I do not know that.", "I know not, my lord.", "That I cannot say.")
MISTAKES = ("another play", "another part", "two halves", "another act", "not the asked", "refused", "invented")


class Pair(NamedTuple):
    """A question, what is the answer, what was answered, and what is true of it: right, or which mistake."""

    question: str
    reference: str
    given: str
    kind: str

    @property
    def right(self):
        return self.kind == "right"


@cache
def titles() -> list:
    return sorted({name.play for name in names()})


def parts_of(title) -> list:
    """The other plays whose titles begin with the same word: the other parts of Henry VI, the other Richard."""
    return [other for other in titles() if other != title and other.split()[0] == title.split()[0] not in ("A", "The")]


def two_halves(rng, title) -> str:
    """The beginning of a title and the end of another one; no play is called so."""
    while True:
        first, second = title.split(), titles()[rng.integers(len(titles()))].split()
        mixed = " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])
        if mixed not in titles():
            return mixed


def wrong_answers(rng, kind, name, asked_act) -> list:
    """What may stand in place of ANSWER in a mistake of that kind about a name; None is a refusal."""
    acts = [f"act {act}" for act in range(1, 6) if act != name.act]
    others = [title for title in titles() if title != name.play]
    if kind == "refused":
        return [None]
    if asked_act:
        return {"another act": acts, "not the asked": others}.get(kind, [])
    halves = [two_halves(rng, name.play)]
    by_kind = {"another play": others, "another part": parts_of(name.play), "two halves": halves, "not the asked": acts}
    return by_kind.get(kind, [])


def draw_pair(rng, about, held_out=False) -> Pair:
    """A labelled pair about one of the names `about`, half of them right; held_out: in forms not trained on."""

    a_generator(rng), flag("held_out", held_out)
    about = listed("about", about, "names")
    if not about or not all(isinstance(name, Name) for name in about):
        raise ValueError(f"about is {shown(about)}: it must be one or more of `names()`")

    def one(values):
        return values[rng.integers(len(values))]

    name, asked_act, is_known = one(about), rng.random() < 0.3, rng.random() < 0.85
    truth = f"act {name.act}" if asked_act else name.play
    kind, possible = "right", [truth if is_known else None]
    if rng.random() < 0.5:
        kind, possible = "invented", [truth]
        while is_known and (kind == "invented" or not possible):
            kind = one(MISTAKES)
            possible = wrong_answers(rng, kind, name, asked_act)
    answer = one(possible)
    question = one(phrasings.ACTS if asked_act else phrasings.PLAYS).replace("NAME", name.name)
    forms, refusals = (FORMS_HELD_OUT, NOT_KNOWN_HELD_OUT) if held_out else (FORMS, NOT_KNOWN)
    given = one(refusals) if answer is None else one(forms).replace("ANSWER", answer)
    return Pair(question, capital(f"{truth}.") if is_known else REFUSAL, capital(given), kind)


def capital(text):
    return text[0].upper() + text[1:]


class Judge:
    """Says of a question, a reference and a given answer whether the answer is right."""

    def __init__(self, tok, fields=(26, 14, 22), seed=0, **network):
        """fields: the slots for question, reference and given answer, headers and padding included."""
        a_tokenizer(tok)
        fields = tuple(whole_number("a field", slots, 1) for slots in listed("fields", fields, "numbers"))
        if len(fields) != 3:
            raise ValueError(f"fields are {shown(fields)}: they must be three")
        tok = tok.with_special_tokens([name for name in (*CHAT_TOKENS, *VERDICTS) if name not in tok.special_ids])
        network = {"embedding_size": 16, "hidden": (256, 128), "seed": seed, **network}
        self.fields, self.model = fields, TinyGPT(tok, sum(fields), **network)
        self.verdicts = [tok.special_ids[verdict] for verdict in VERDICTS]

    def contexts(self, pairs):
        """What it reads of pairs (question, reference, given, ...): (B, slots).

        Each part stands at the end of its own field; of a part too long for it the end is kept.
        """
        tok, pad = self.model.tok, self.model.pad_id
        pairs, parts = listed("pairs", pairs, "questions, references and answers"), []
        if not pairs or not all(isinstance(pair, tuple) and len(pair) >= 3 for pair in pairs):
            raise ValueError(f"pairs are {shown(pairs)}: each must be a tuple (question, reference, answer)")
        for place, slots in enumerate(self.fields):
            texts = {pair[place] for pair in pairs}
            ids = {text: render(tok, [{"role": "user", "content": text}]).ids for text in texts}
            parts.append(pad_contexts([ids[pair[place]] for pair in pairs], slots, pad))
        return np.hstack(parts)

    def fit(self, pairs, seed=0, progress=False, **settings):
        """Train on labelled pairs. Returns the History."""
        contexts, pairs = self.contexts(pairs), list(pairs)
        targets = np.array([self.verdicts[pair.right] for pair in pairs])

        def draw(rng, n):
            rows = rng.integers(0, len(targets), n)
            return contexts[rows], targets[rows], np.ones(n, np.float32)

        return train(self.model, draw, seed=seed, progress=progress, **settings)

    def __call__(self, pairs):
        """For each of the pairs: is the answer right? (B,) of True and False."""
        scores = self.model.logits(self.contexts(pairs))[:, self.verdicts]  # (B, 2): wrong, right
        return scores[:, 1] > scores[:, 0]


def precision_recall(judged, truth):
    """Of what was judged right, the share that is; of what is right, the share judged so (0 where there is none)."""
    judged, truth = (
        np.array([flag(f"one of {name}", value) for value in listed(name, values, "True and False")], bool)
        for name, values in (("judged", judged), ("truth", truth))
    )
    if len(judged) != len(truth):
        raise ValueError(f"judged has {len(judged)} values, truth {len(truth)}: give one for each pair")
    both = (judged & truth).sum()
    return float(both / max(judged.sum(), 1)), float(both / max(truth.sum(), 1))
