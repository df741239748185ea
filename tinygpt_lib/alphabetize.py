"""The first task: a string of letters, and after it the same letters in alphabetical order, `CBABBC` -> `ABBBCC`.

The window is twice the string's length: the string, and the answer as far as it goes. Where a model learns at every
place of a window, a string is one example, else one for each letter of its answer.
"""

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.checks import LARGEST, a_generator, a_model, choice, listed, token_ids, whole_number
from tinygpt_lib.training import train
from tinygpt_lib.windows import PADDINGS, Windows

CHECK_EVERY = 1_000  # training strings between two checks
CHECK_STRINGS = 100  # fresh strings, all of which must come out right
CHECKS_IN_A_ROW = 10


def letters(size) -> Tokenizer:
    """The tokenizer of the first `size` letters: A is 0, B is 1, ..., and the pad is `size`."""
    size = whole_number("the size of the alphabet", size, 2, 26)
    return Tokenizer.train("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:size], max_token_length=1)


def random_strings(rng, n, length, size):
    """n random strings over the first `size` letters, as ids (n, length)."""
    shape = whole_number("n", n, 0, 10**6), whole_number("length", length, 1, 10**4)
    return a_generator(rng).integers(0, whole_number("size", size, 1, 26), shape)


def examples(strings, pad_id, padding="after"):
    """Every step of sorting every string: contexts (n*L, 2*L) and targets (n*L,). strings: (n, L) ids.

    >>> contexts, targets = examples(np.array([[2, 0]]), pad_id=3)
    >>> contexts.tolist(), targets.tolist()
    ([[2, 0, 3, 3], [2, 0, 0, 3]], [0, 2])
    """
    strings = token_ids("strings", strings, LARGEST, dimensions=2)
    n, length = strings.shape
    answers = np.sort(strings, axis=1)
    contexts = np.full((n, length, 2 * length), pad_id)
    for known in range(length):  # how many letters of the answer are there already
        used = length + known
        first = 0 if choice("padding", padding, PADDINGS) == "after" else 2 * length - used
        contexts[:, known, first : first + length] = strings
        contexts[:, known, first + length : first + used] = answers[:, :known]
    return contexts.reshape(n * length, 2 * length), answers.reshape(-1)


def sort_strings(model, strings):
    """The model's own answers (n, L) to strings (n, L), letter by letter, always its most probable one (greedy)."""
    strings = token_ids("strings", strings, a_model(model).tok.vocab_size, dimensions=2)
    n, length = strings.shape
    if n == 0 or 2 * length != model.context:
        raise ValueError(f"strings are {n} x {length}: this model sorts one or more of length {model.context // 2}")
    reading, answers = model.reading(strings), []
    for place in range(length):
        if place:
            reading.add(answers[-1])
        answers.append(reading.logits().argmax(axis=1))  # (n, V) -> (n,)
    return np.column_stack(answers)  # length of (n,) -> (n, length)


def sorted_right(model, strings) -> float:
    """The share of strings (n, L) that the model sorts without a mistake."""
    return float((sort_strings(model, strings) == np.sort(strings, axis=1)).all(axis=1).mean())


def is_trained(shares) -> bool:
    """The original's criterion: everything right at the last ten checks. shares: right answers at each check so far."""
    return listed("shares", shares, "numbers")[-CHECKS_IN_A_ROW:] == [1.0] * CHECKS_IN_A_ROW


def train_to_sort(model, size, strings_per_step=8, most=200_000, seed=0, pool=None, progress=False, **settings):
    """Train until "trained": 100 fresh strings all right at ten checks in a row, a check after every 1,000 strings.

    size: of the alphabet. most: give up after so many strings. pool: strings (n, L) to train on (None: all there are).
    settings: learning_rate, optimizer and what else `train` takes. Returns how many strings it took, None if it gave
    up, and the share of right answers at each check.
    """
    if CHECK_EVERY % whole_number("strings_per_step", strings_per_step, 1):
        raise ValueError(
            f"strings_per_step is {strings_per_step}: it must divide {CHECK_EVERY}, the strings between checks"
        )
    most, seed = whole_number("most", most, strings_per_step), whole_number("seed", seed, 0)
    size = whole_number("size", size, 1, min(26, a_model(model).tok.vocab_size))
    length = model.context // 2
    if model.context != 2 * length:
        raise ValueError(
            f"the window is {model.context}: it must hold a string and its answer, an even number of letters"
        )
    if pool is not None:
        pool = token_ids("pool", pool, model.tok.vocab_size, dimensions=2)
        if len(pool) == 0 or pool.shape[1] != length:
            raise ValueError(f"pool has the shape {pool.shape}: it must be one or more strings of length {length}")
    fresh = np.random.default_rng([seed, 1])
    shares, answer = [], np.arange(2 * length) >= length  # where an answer stands behind its string

    def draw(rng, n):
        n //= length
        strings = random_strings(rng, n, length, size) if pool is None else pool[rng.integers(0, len(pool), n)]
        if model.windows is Windows:  # one context a target: `examples` makes them in half the time
            contexts, targets = examples(strings, model.pad_id, model.padding)
            return contexts, targets, np.ones(len(targets), np.float32)
        return model.examples(np.hstack([strings, np.sort(strings, axis=1)]), [answer] * n)

    def trained(model, step):
        shares.append(sorted_right(model, random_strings(fresh, CHECK_STRINGS, length, size)))
        return is_trained(shares)

    steps, every = most // strings_per_step, CHECK_EVERY // strings_per_step
    settings = {"learning_rate": 5e-3, "schedule": "constant", **settings}
    history = train(
        model, draw, steps=steps, batch_size=strings_per_step * length, every=every, on_check=trained,
        progress=progress, seed=seed, **settings,
    )  # fmt: skip
    return (history.step[-1] * strings_per_step if history.ended == "on_check" else None), shares
