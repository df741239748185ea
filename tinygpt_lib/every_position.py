"""Training examples for a model that learns at every position of a window: the token after each.

Contexts, targets and weights are (B, T); where nothing is asked, the target is NO_TARGET.
"""

import numpy as np

from tinygpt_lib.checks import a_generator, whole_number
from tinygpt_lib.windows import Windows, end_to_end, gather, pad_contexts

NO_TARGET = -1


class EveryPosition(Windows):
    """Draws whole windows: each of a window's positions has a target, the token after it.

    The same settings as `Windows`; a substring is read at once, so it is no longer than the window. Positions with less
    than `min_context` tokens to look at, themselves included, have NO_TARGET.
    """

    def __init__(self, ids, context, *settings, **named):
        super().__init__(ids, context, *settings, **named)
        if self.substring > self.context:
            raise ValueError(f"substring is {self.substring}: this model reads it at once, so at most {self.context}")

    def __call__(self, rng, n):
        """n targets or a few more, in B whole windows: contexts, targets and weights (all 1), each (B, T)."""
        a_generator(rng)
        asked = self.substring - self.min_context + 1
        starts = self.draw_starts(rng, -(-whole_number("n", n, 0, 10**6) // asked))
        spans = np.take(self.ids, starts[:, None] + np.arange(self.substring + 1), mode="wrap")  # (B, S + 1)
        contexts = pad_contexts(spans[:, :-1], self.context, self.pad_id, self.padding)
        targets = np.full_like(contexts, NO_TARGET)
        first = self.context - self.substring if self.padding == "before" else 0
        targets[:, first + self.min_context - 1 : first + self.substring] = spans[:, self.min_context :]
        return contexts, targets, np.ones(targets.shape, np.float32)


def whole_windows(texts, asked, weights, context, pad_id, padding):
    """Texts cut into windows, from their last asked token backwards: contexts, targets, weights (B, T).

    As `windows.single_tokens`, which makes a context for each asked token. Here a window asks for many; each token is
    asked for once, with half a window before it or all of its text.
    """
    ids, firsts, places, weights = end_to_end(texts, asked, weights)
    if (firsts[places] == places).any():
        raise ValueError("a text's first token is asked for: it has nothing before it, so leave it out")
    windows = []
    while not windows or len(places):  # a window (row) for each text with places left
        last = np.diff(firsts[places], append=len(ids)) > 0  # (N,): of its text
        ends, row = places[last], np.cumsum(last) - last  # (R,), (N,)
        starts = np.maximum(firsts[ends], ends - context)
        left = np.where(starts > firsts[ends], starts + context // 2, starts)  # up to here another window sees more
        contexts = gather(ids, ends, ends - starts, context, pad_id, padding)
        targets, shares = np.full(contexts.shape, NO_TARGET), np.zeros(contexts.shape, np.float32)
        here = places > left[row]
        row, done, places = row[here], places[here], places[~here]
        columns = done - 1 - (ends - context if padding == "before" else starts)[row]
        targets[row, columns], shares[row, columns] = ids[done], weights[done]
        windows.append((contexts, targets, shares, firsts[ends]))
    *windows, texts = map(np.concatenate, zip(*windows))
    order = np.argsort(texts, kind="stable")
    return tuple(part[order] for part in windows)


def half_windows(ids, context, pad_id, padding, most=None, size=4096):
    """Windows that overlap by half, so that each token but the first is a target once: yields contexts, targets (b, T).

    most: only so many targets, evenly spread, each with half a window before it.
    """
    half = max(context // 2, 1)
    starts = np.arange(0, max(len(ids) - 1 - context, 0) + half, half)
    if most is not None and len(starts) > 2:
        starts = starts[np.unique(np.linspace(1, len(starts) - 2, max(most // half, 1)).astype(int))]
    for part in np.array_split(starts, -(-len(starts) * context // size)):
        ends = np.minimum(part + context, len(ids) - 1)
        contexts = pad_contexts([ids[start:end] for start, end in zip(part, ends)], context, pad_id, padding)
        targets = np.full(contexts.shape, NO_TARGET)
        for row, start, end in zip(targets, part, ends):
            new = end - (start + context - half if start else start)  # those further left had their window
            last = context if padding == "before" else end - start
            row[last - new : last] = ids[end + 1 - new : end + 1]
        yield contexts, targets


def shifted_left(contexts, pad_id, padding):
    """Padded contexts (B, T) with their tokens first, cut to the longest: ids (B, n), order (B, n), lengths (B,).

    order: the column that each place came from; None where nothing moved.
    """
    edge = contexts[:, 0 if padding == "before" else -1]
    if (edge != pad_id).all():
        return contexts, None, np.full(len(contexts), contexts.shape[1])
    real = contexts != pad_id
    if not real.any(axis=1).all():
        raise ValueError("a context holds nothing but padding: give it at least one token")
    if padding == "before":
        empty = real.argmax(axis=1)
        lengths = contexts.shape[1] - empty
    else:
        lengths = contexts.shape[1] - real[:, ::-1].argmax(axis=1)
        empty = np.zeros_like(lengths)
    order = (empty[:, None] + np.arange(lengths.max())) % contexts.shape[1]
    return np.take_along_axis(contexts, order, axis=1), order, lengths
