"""Is the exam hard, or the pupil bad? Each tenth of the text, and the end of each play, held out in turn (05).

What two models do with the very same four characters is measured here, too: in contexts that the training text holds,
and in new ones.
"""

import time

import numpy as np

from tinygpt_lib.corpus import TINY_SHAKESPEARE, speeches
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part
from tinygpt_lib.every_position import NO_TARGET
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.ngrams import NGram
from tinygpt_lib.training import train
from tinygpt_lib.windows import all_contexts

SKIP = 16  # every model is measured on the same characters: those after a full window
NETWORK = {"hidden": [256, 256]}
TRAINING = {"steps": 2000, "batch_size": 512, "learning_rate": 4e-3, "min_context": 4}
MOST_KNOWN = 8  # contexts known for so many characters or more are one group


def tenths(ids) -> list:
    """Ids in ten pieces, in order; the last one is what `split` holds out."""
    return np.split(ids, np.linspace(0, len(ids), 11).round().astype(int)[1:-1])


def surprises(model, ids, shown):
    """-log p (nats) of each token from place SKIP on, predicted from the `shown` tokens before it: (len(ids) - SKIP,).

    ids: (N,). shown: 1 to the model's window.
    """
    skipped = ids[SKIP - shown :]
    batches = all_contexts(skipped, model.context, shown, model.pad_id, model.padding, model.tok.vocab_size)
    nats = [-np.log(softmax(model.logits(contexts))[np.arange(len(targets)), targets]) for contexts, targets in batches]
    return np.concatenate(nats)


LONG_SKIP = 128  # as SKIP, where a window of 256 is among the models: half of it stands before each character


def exam_loss(model, ids, skip=LONG_SKIP) -> float:
    """Mean loss in nats of each token of `ids` from place `skip` on, each once, with all the context the model takes.

    A GPT reads windows that overlap by half: a token has at least half a window before it. ids: (N,), N > skip.
    """
    half = max(model.context // 2, 1)
    if not hasattr(model, "all_logits"):
        return model.loss(ids[skip - model.context :])
    batches = list(model.exam(ids[skip - half :]))
    batches[0][1][0, : half - 1] = NO_TARGET  # the first window's first half is there to be read only
    return model.evaluate_batches(batches).loss


def longest_known(training_ids, ids):
    """How many tokens before each place of `ids` from SKIP on stand together in the training text, 3 to MOST_KNOWN.

    3 stands for "3 or fewer". (len(ids) - SKIP,) ints.
    """
    known, ids = training_ids.tolist(), ids.tolist()
    matched = np.full(len(ids) - SKIP, 3)
    for n in range(4, MOST_KNOWN + 1):
        grams = set(zip(*(known[i:] for i in range(n))))
        here = [tuple(ids[place - n : place]) in grams for place in range(SKIP, len(ids))]
        matched[(matched == n - 1) & here] = n
    return matched


def tenth_out(seed, tenth, steps, share=1.0):
    """A 5-gram and a network that have read all tenths (of the first `share` of the text) but one, numbered from 0.

    Returns losses in nats on the held-out tenth (of the network, at full windows, on all ten), and, by how much of the
    context is known, the share of the characters and how far the network is ahead of the 5-gram when shown 4 and 16.
    """
    started, pieces = time.process_time(), tenths(first_part(share))
    exam, read = pieces[tenth], [piece for n, piece in enumerate(pieces) if n != tenth]
    model = TinyGPT(characters()[0], **NETWORK, seed=10 * seed + tenth)
    train(model, np.concatenate(read), seed=10 * seed + tenth, progress=False, **{**TRAINING, "steps": steps})
    beside = beside_counting(model, np.concatenate(read), exam, (4, 16))
    return {
        "ngram": beside["ngram"],
        "network": [model.evaluate(piece).loss for piece in pieces],
        "shown_8": surprises(model, exam, 8).mean(),
        "shown_8_read": surprises(model, read[0], 8).mean(),
        **{key: beside[key] for key in ("share", "ahead_4", "ahead_16")},
        "seconds": time.process_time() - started,
    }


def beside_counting(model, training_ids, exam, shown) -> dict:
    """A network beside the 5-gram that was counted on the same text: the 5-gram's loss on the exam and, by how much of
    the context is known, the share of the characters and how far the network is ahead, for each number of tokens shown.
    """
    ngram = NGram(training_ids, 5, characters()[0].vocab_size - 1).surprises(exam, SKIP)
    matched = longest_known(training_ids, exam)
    groups = [matched == n for n in range(3, MOST_KNOWN + 1)]
    ahead = {n: ngram - surprises(model, exam, n) for n in shown}
    return {
        "ngram": ngram.mean(),
        "share": [group.mean() for group in groups],
        **{f"ahead_{n}": [lead[group].mean() for group in groups] for n, lead in ahead.items()},
    }


def play_starts() -> list:
    """Where each of the nine plays begins in the text, and last where the text ends."""
    ids = first_part(1.0)
    lengths = [sum(len(f"{s.speaker}:\n{s.text}\n\n") for s in speeches([play])) for play in TINY_SHAKESPEARE[:-1]]
    return [0, *np.cumsum(lengths).tolist(), len(ids)]


def play_known(seed, play, order):
    """An n-gram on the second half of a play, with and without its first half in the training text.

    Without it, it reads as many characters more of the next play, so that both have read the same amount. Returns the
    losses in nats per character.
    """
    ids, starts = first_part(1.0), play_starts()
    middle = (starts[play] + starts[play + 1]) // 2
    other = starts[(play + 1) % len(TINY_SHAKESPEARE)]
    exam, size = ids[middle : starts[play + 1]], middle - starts[play]
    losses = {}
    for name, left_out in (("known", other), ("unseen", starts[play])):
        kept = np.ones(len(ids), bool)
        kept[middle : starts[play + 1]] = False
        kept[left_out : left_out + size] = False
        ngram = NGram(ids[kept], order, characters()[0].vocab_size - 1)
        losses[name] = ngram.surprises(exam, SKIP).mean()
    return {**losses, "characters": len(exam)}


GRIDS = {
    "exams_tenths": Grid(
        "Is the last tenth a harder exam than the others, and what of its loss is over-fitting?",
        tenth_out,
        {f"tenth {n + 1}": {"tenth": n, "steps": TRAINING["steps"]} for n in range(10)},
        seeds=1,
        sample={"tenth": 9, "steps": 20, "share": 0.02},
    ),
    "exams_plays": Grid(
        "What is it worth to have read the first half of a play before its second half is the exam?",
        play_known,
        {title: {"play": n, "order": 5} for n, title in enumerate(TINY_SHAKESPEARE)},
        seeds=1,
        sample={"play": 8, "order": 2},
    ),
}
