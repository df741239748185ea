"""Training examples: a context of at most T tokens, padded to T, and the token that comes next."""

import numpy as np

from tinygpt_lib.checks import LARGEST, a_generator, choice, numbers, sequence, shown, token_ids, whole_number

STARTS = ("random", "wrap", "chunks", "sequential")
PADDINGS = ("before", "after")
MOST_CONTEXT = 10**6  # tokens


def pad_contexts(contexts, context, pad_id, padding="before"):
    """Lists of ids, each cut to its last `context` tokens and padded -> array (B, context).

    >>> pad_contexts([[1, 2], [1, 2, 3, 4]], 3, 0)
    array([[0, 1, 2],
           [2, 3, 4]])
    """
    context, pad_id = whole_number("context", context, 1, MOST_CONTEXT), whole_number("pad_id", pad_id, 0)
    before = choice("padding", padding, PADDINGS) == "before"
    out = np.full((len(sequence("the contexts", contexts)), context), pad_id, dtype=np.int64)
    try:
        for row, ids in zip(out, contexts):
            ids = ids[-context:]
            if len(ids):
                np.copyto(row[context - len(ids) :] if before else row[: len(ids)], ids, casting="same_kind")
    except (TypeError, ValueError, LookupError, OverflowError):
        raise ValueError(f"a context is {shown(ids)}: it must be a list of token ids") from None
    if out.size and out.min() < 0:
        raise ValueError(f"a context holds the id {out.min()}: ids start at 0")
    return out


def gather(ids, ends, lengths, context, pad_id, padding):
    """Contexts (B, T): row b holds the `lengths[b]` ids that stand before position `ends[b]`, padded.

    Positions are taken modulo the text's length, so a context may reach round the text's start.
    """
    slots = np.arange(context)
    if padding == "before":
        positions = ends[:, None] - context + slots  # (B, T): the last slot is the token just before `ends`
        real = slots >= context - lengths[:, None]
    else:
        positions = ends[:, None] - lengths[:, None] + slots  # (B, T): the first slot is the context's first token
        real = slots < lengths[:, None]
    return np.where(real, np.take(ids, positions, mode="wrap"), pad_id)


class Windows:
    """Draws examples from a text, the original's way: a substring, and one prefix of it predicts the token after it.

    substring: how many tokens a substring's prefixes may have (None: the window). Past the window the context slides.
    min_context: the shortest prefix. starts: where substrings begin:

    - "random": anywhere, so that the substring ends inside the text (the original's default)
    - "wrap": anywhere; a substring that reaches the text's end goes on at its start
    - "chunks": a random start, then chunk after chunk right behind it up to the text's end, then a new random start
    - "sequential": chunk after chunk from the text's start, and again from the start
    """

    def __init__(self, ids, context, pad_id, padding="before", min_context=1, starts="random", substring=None):
        self.ids = np.ascontiguousarray(token_ids("the text", ids, LARGEST))
        self.context, self.pad_id = whole_number("context", context, 1, MOST_CONTEXT), whole_number("pad_id", pad_id, 0)
        self.padding = choice("padding", padding, PADDINGS)
        self.min_context = whole_number("min_context", min_context, 1, self.context)
        self.substring = self.context if substring is None else whole_number("substring", substring, self.min_context)
        self.starts = choice("windows", starts, STARTS)
        if len(self.ids) < self.substring + 1:
            raise ValueError(
                f"the text has {len(self.ids)} tokens, too few for a window: it needs at least {self.substring + 1}, "
                f"{self.substring} to read and one to predict"
            )
        self._next = 0 if starts == "sequential" else None

    def __call__(self, rng, n):
        """n examples: contexts (n, T), targets (n,), weights (n,), all 1."""
        a_generator(rng)
        n = whole_number("n", n, 0, 10**6)
        lengths = rng.integers(self.min_context, self.substring, size=n, endpoint=True)
        ends = self.draw_starts(rng, n) + lengths
        targets = np.take(self.ids, ends, mode="wrap")
        contexts = gather(self.ids, ends, np.minimum(lengths, self.context), self.context, self.pad_id, self.padding)
        return contexts, targets, np.ones(n, np.float32)

    def draw_starts(self, rng, n):
        """Where the next n substrings begin, (n,)."""
        last = len(self.ids) - self.substring - 1  # the last start whose longest prefix still has a next token
        if self.starts == "random":
            return rng.integers(0, last, size=n, endpoint=True)
        if self.starts == "wrap":
            return rng.integers(0, len(self.ids), size=n)
        starts = np.empty(n, np.int64)
        for i in range(n):
            if self._next is None or self._next > last:
                self._next = 0 if self.starts == "sequential" else int(rng.integers(0, last, endpoint=True))
            starts[i] = self._next
            self._next += self.substring
        return starts


def all_contexts(ids, context, length, pad_id, padding, vocab_size, size=4096):
    """Every position of a text with `length` tokens before it: yields contexts (b, T) and targets (b,), b <= size."""
    ids = predictable(ids, length, vocab_size)
    for start in range(length, len(ids), size):
        ends = np.arange(start, min(start + size, len(ids)))
        lengths = np.full(len(ends), length)
        yield gather(ids, ends, lengths, context, pad_id, padding), ids[ends]


def predictable(ids, length, vocab_size):
    """A text's ids as an array, if `length` tokens and one more are there; else ValueError."""
    ids = token_ids("the text", ids, vocab_size)
    if len(ids) < length + 1:
        raise ValueError(f"the text has {len(ids)} tokens: to predict after {length} it needs at least {length + 1}")
    return ids


def single_tokens(texts, asked, weights, context, pad_id, padding):
    """Texts cut into a context for each asked token: contexts (N, T), targets and weights (N,).

    texts: lists of ids. asked: for each text, which of its tokens are targets. weights: a number for each token, or
    None: all 1.
    """
    ids, firsts, places, weights = end_to_end(texts, asked, weights)
    contexts = gather(ids, places, np.minimum(places - firsts[places], context), context, pad_id, padding)
    return contexts, ids[places], weights[places]


def end_to_end(texts, asked, weights):
    """Texts as one: its ids (n,), where each id's own text begins (n,), the places asked for (N,) and weights (n,)."""
    ids, sizes = _joined("texts", texts)
    flags, _ = _joined("asked", asked, sizes)
    weights = np.ones(len(ids), np.float32) if weights is None else _joined("weights", weights, sizes)[0]
    firsts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return token_ids("texts", ids, LARGEST), firsts, np.flatnonzero(flags), numbers("weights", weights, len(ids))


def _joined(name, rows, sizes=None):
    """Lists of such sizes as one array, and their sizes."""
    try:
        found, whole = [len(row) for row in rows], np.concatenate(rows)
    except (TypeError, ValueError):
        found = None
    if found is None or sizes not in (None, found):
        raise ValueError(f"{name} is {shown(rows)}: it must hold a list for each text, one value for each token")
    return whole, found
