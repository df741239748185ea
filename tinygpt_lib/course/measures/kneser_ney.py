"""The n-gram model of notebook 05's last part: discounts, and shorter contexts counted by the places they stand in."""

import numpy as np

from tinygpt_lib.checks import real_number, token_ids, whole_number


class KneserNey:
    """Interpolated Kneser-Ney with one discount; Kneser and Ney 1995, in the form of Chen and Goodman 1999.

    A stretch of tokens is kept as one number, its tokens as digits, so that counting is sorting.
    """

    def __init__(self, ids, order, vocab_size, discount=0.75):
        """ids: a text's tokens, from 0 to vocab_size - 1. order: how many tokens a stretch has, at most 10."""
        self.order, self.base = whole_number("order", order, 1, 10), whole_number("vocab_size", vocab_size, 1, 64)
        self.discount, self.levels = real_number("discount", discount, 0, 1), []
        ids = token_ids("the text", ids, self.base)
        for n in range(1, self.order + 1):
            longer = self._numbers(np.lib.stride_tricks.sliding_window_view(ids, min(n + 1, self.order)))
            # the longest: how often; all others: after how many different tokens
            grams = longer if n == self.order else np.unique(longer) % self.base**n
            grams, counts = np.unique(grams, return_counts=True)
            contexts, of, kinds = np.unique(grams // self.base, return_inverse=True, return_counts=True)
            self.levels.append((grams, counts, contexts, np.bincount(of, counts), kinds))

    def surprises(self, ids, skip):
        """-log p in nats of each token of a text from place `skip` on (at least order - 1): (len(ids) - skip,)."""
        skip = whole_number("skip", skip, self.order - 1)
        ids = token_ids("the text", ids, self.base)
        stretches = np.lib.stride_tricks.sliding_window_view(ids, self.order)[skip - self.order + 1 :]
        return -np.log(self.probabilities(stretches))

    def probabilities(self, stretches):
        """p of the last token of each stretch, given those before it: (N, order) -> (N,)."""
        p = np.full(len(stretches), 1 / self.base)
        for n, (grams, counts, contexts, totals, kinds) in enumerate(self.levels, 1):
            keys = self._numbers(stretches[:, -n:])
            kept = np.maximum(_look_up(keys, grams, counts) - self.discount, 0)
            seen, different = (_look_up(keys // self.base, contexts, numbers) for numbers in (totals, kinds))
            p = np.where(seen > 0, (kept + self.discount * different * p) / np.maximum(seen, 1), p)
        return p

    def _numbers(self, stretches):
        return stretches @ self.base ** np.arange(stretches.shape[1])[::-1]  # (N, n) @ (n,) -> (N,)


def _look_up(keys, table, numbers):
    """The number that belongs to each key, 0 where the sorted table does not hold the key."""
    spot = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[spot] == keys, numbers[spot], 0)
