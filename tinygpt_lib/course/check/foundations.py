"""Checks for the exercises of notebooks 01 to 06.

Each check runs the learner's function on a few inputs and compares with the library's own answer. It never raises: an
untouched stub is "not attempted", a mistake is explained.
"""

import numpy as np

from tinygpt_lib.alphabetize import is_trained
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.course.check.verdict import exercise
from tinygpt_lib.course.measures.originality import longest_copied_run as library_longest_copied_run
from tinygpt_lib.encoding import OneHot
from tinygpt_lib.generation import next_token_distribution
from tinygpt_lib.layers import Linear
from tinygpt_lib.loss import cross_entropy
from tinygpt_lib.ngrams import NGram
from tinygpt_lib.windows import pad_contexts

# ---- notebook 01 -------------------------------------------------------------------------------------------------


@exercise
def encode():
    for text, hint in (
        ("the theatre", "cut the text with PIECES.findall, and apply the merges to each piece on its own"),
        (
            "a big  big dog, a big dog",
            "the two spaces are a piece of their own: no merge across a cut, and nothing lost",
        ),
        ("banana bandana cabana", "the earliest learnt merge comes first, wherever in the piece it stands"),
        ("the café, the 🎭 🎭", "a character may be several bytes: look up the id of each byte of the piece"),
    ):
        tok = Tokenizer.train(text * 2, vocab_size=60)
        id_of = {token[0]: id for id, token in enumerate(tok.tokens) if len(token) == 1}
        yield (text, list(tok.merges), id_of), tok.encode(text), hint


@exercise
def decode():
    tok = Tokenizer.train("the theatre, the café, the 🎭 🎭", vocab_size=60)
    for text, hint in (
        ("the theatre", "look each id up in `tokens`, join the bytes, and decode them to text with .decode('utf-8')"),
        ("the café 🎭", "join all bytes first and decode once: a single token may hold only half of a character"),
        ("", "no tokens make an empty text, ''"),
    ):
        yield (tok.encode(text), list(tok.tokens)), tok.decode(tok.encode(text)), hint


# ---- notebook 02 -------------------------------------------------------------------------------------------------


@exercise
def linear_backward():
    rng = np.random.default_rng(2)
    for (batch, inputs, outputs), hint in (
        ((1, 2, 3), "return the three arrays (dW, db, dx), with the shapes of W, b and x"),
        ((4, 2, 3), "with several examples, the slopes of dW and db add up over the batch: sums, not means"),
        ((4, 3, 3), "W is square here, and a wrong product fits, too: dx adds up over the neurons"),
    ):
        x, dy = rng.normal(size=(batch, inputs)), rng.normal(size=(batch, outputs))
        layer = Linear(rng.normal(size=(inputs, outputs)), np.zeros(outputs))
        layer.forward(x)
        dx = layer.backward(dy)
        yield (x, layer.W, dy), (layer.dW, layer.db, dx), hint


@exercise
def weighted_cross_entropy():
    rng = np.random.default_rng(3)
    logits, targets = rng.normal(size=(3, 4)), np.array([2, 0, 3])
    for weights, hint in (
        (np.ones(3), "with weights of 1 it is the cross-entropy you know: return (loss, dlogits)"),
        (
            np.array([2.0, 2.0, 2.0]),
            "all weights 2: loss AND gradient double; the mean still divides by B, not by their sum",
        ),
        (np.array([1.0, 0.0, 3.0]), "each row of the gradient is multiplied by its own example's weight"),
    ):
        yield (logits, targets, weights), cross_entropy(logits, targets, weights), hint
    large, hint = np.array([[1000.0, 0.0, 0.0]]), "a logit of 1,000: log(softmax) is log(0); use part 6's formula for L"
    yield (large, np.array([1]), np.ones(1)), cross_entropy(large, np.array([1])), hint


# ---- notebook 03 -------------------------------------------------------------------------------------------------


@exercise
def checks_until_trained():
    for shares, hint in (
        ([1.0] * 10, "ten perfect checks in a row are enough: return how many checks it took, here 10"),
        ([0.5] + [1.0] * 12, "return the first moment: the number of checks done when the tenth in a row came out"),
        ([1.0] * 5 + [0.99] + [1.0] * 10, "the ten must stand in a row: an imperfect check starts the count again"),
        ([1.0] * 9 + [0.9] + [1.0] * 9, "nine in a row are not enough: return None"),
    ):
        lengths = range(1, len(shares) + 1)
        yield (shares,), next((n for n in lengths if is_trained(shares[:n])), None), hint


@exercise
def next_letter():
    for string, said, expected, hint in (
        ([2, 1, 0, 1], [], 0, "nothing is used up yet: the smallest letter of the string comes first"),
        ([1, 1, 2, 1], [1, 1], 1, "the letters of the answer so far are used up, one for one: count them"),
        (
            [0, 2, 2, 0],
            [0, 0],
            2,
            "a letter can be used up wholly: then the next larger one of the string comes, not the next id",
        ),
        (
            [2, 2, 2, 2],
            [2, 2, 2],
            2,
            "the padding (here 3) is no letter: look only at the string and the answer so far",
        ),
        (
            [2, 1, 0, 1],
            [1],
            0,
            "the answer so far has a slip in it: the place decides nothing, only what is left over does, and an A is",
        ),
    ):
        context = string + said + [3] * (len(string) - len(said))
        yield (context, len(string)), expected, hint


# ---- notebook 04 -------------------------------------------------------------------------------------------------


@exercise
def look_up():
    rng = np.random.default_rng(4)
    for contexts, hint in (
        (np.array([[2, 0]]), "slot t has its own rows of W, from row t * vocab_size on; add the rows up"),
        (np.array([[1, 1]]), "the same token in two slots has two different rows: shift the ids by t * vocab_size"),
        (rng.integers(0, 3, (5, 2)), "the result has one row for each context: (B, H)"),
    ):
        W = rng.normal(size=(6, 4))
        yield (contexts, W, 3), OneHot(2, 3, None, None, "float64").forward(contexts) @ W, hint


@exercise
def fill():
    for ids, padding, hint in (
        ([5, 6], "before", "padding comes first, the ids after it: the newest is in the last slot"),
        ([5, 6], "after", "padding 'after': the ids come first"),
        ([1, 2, 3, 4, 5, 6], "before", "too many ids: keep the last ones, as many as the window has slots"),
        ([1, 2, 3, 4, 5, 6], "after", "with padding after, too, the last ids are the ones to keep"),
    ):
        yield (ids, 4, 9, padding), pad_contexts([ids], 4, 9, padding)[0].tolist(), hint


# ---- notebook 05 -------------------------------------------------------------------------------------------------


@exercise
def smoothed():
    for text, context, character, hint in (
        ("ababac", "a", "b", "'a' is followed by b, b and c: n = 3, t = 2; p = (count + t * shorter) / (n + t)"),
        ("ababac", "a", "a", "a count of 0 is no special case: t * shorter is what keeps it from being impossible"),
        ("ababac", "c", "a", "nothing ever followed this context, so n + t is 0: return `shorter` as it is"),
        ("aaaab", "aa", "b", "contexts may overlap: 'aaaab' holds 'aa' three times, each with something after it"),
    ):
        kinds = sorted(set(text))
        ids, before, x = ([kinds.index(c) for c in part] for part in (text, context, character))
        short, whole = (NGram(ids, order, len(kinds)) for order in (len(context), len(context) + 1))
        shorter = short.probability(before[1:], *x)
        yield (text, context, character, shorter), whole.probability(before, *x), hint


@exercise
def longest_copied_run():
    for text, source, hint in (
        ("be sure", "to be", "the longest stretch of `text` that stands in `source`, as a string"),
        ("so be", "be", "the run may begin anywhere in `text`, not only at its start"),
        ("question be not", "not to be", "spaces count as characters, and a run may start or end inside a word"),
        ("abc", "xyz", "nothing is shared: the longest run is the empty string ''"),
    ):
        yield (text, source), library_longest_copied_run(text, source), hint


# ---- notebook 06 -------------------------------------------------------------------------------------------------


@exercise
def temper():
    p = np.array([0.4, 0.1, 0.3, 0.2])
    for temperature, hint in (
        (1.0, "at temperature 1 the probabilities stay as they are"),
        (
            2.0,
            "dividing the logits by T means taking p to the power 1 / T (not T, and not p / T), then scaling to sum 1",
        ),
        (0.5, "below 1 the largest probability grows: p to the power 1 / T, then scaled to add up to 1"),
    ):
        yield (p, temperature), next_token_distribution(np.log(p), temperature), hint


class Follows:
    """Chances that depend on the last id alone: the row of a table, in per cent."""

    def __init__(self, *rows):
        self.rows = np.array(rows) / 100  # (V, V)

    def __call__(self, ids):
        return self.rows[ids[-1]]

    def __repr__(self):
        return f"next_p, rows {self.rows.tolist()}"


def two_beams(next_p, start, steps):
    """The likeliest of the lists of ids found by a search that keeps the two likeliest at each step."""
    beams = [(1.0, list(start))]
    for _ in range(steps):
        longer = [(chance * p, [*ids, id]) for chance, ids in beams for id, p in enumerate(next_p(ids))]
        beams = sorted(longer, key=lambda beam: -beam[0])[:2]
    return beams[0][1]


@exercise
def beam():
    small = Follows((0, 55, 45), (40, 25, 35), (5, 5, 90))
    wide = Follows((2, 40, 31, 27), (37, 33, 20, 10), (20, 40, 38, 2), (1, 1, 1, 97))
    joined = Follows((30, 55, 15), (40, 15, 45), (40, 20, 40))
    for next_p, start, steps, hint in (
        (small, [0], 1, "return the start and the steps after it, as a list of ids"),
        (small, [0], 2, "this is the greedy path: keep the second best, too, for its next step may be a sure one"),
        (small, [2, 0], 2, "begin with all ids of `start`, and multiply only the chances of the steps after it"),
        (wide, [0], 2, "two beams would have missed this one: keep only two of all the longer lists together"),
        (joined, [0], 3, "both lists that stay may have grown out of one: sort all the longer lists together"),
    ):
        yield (next_p, start, steps), two_beams(next_p, start, steps), hint
