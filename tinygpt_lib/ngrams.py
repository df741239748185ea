"""Counting instead of learning: n-gram models, the baselines every network has to be held against."""

from collections import Counter, defaultdict

import numpy as np

from tinygpt_lib.checks import sequence, token_ids, whole_number


class NGram:
    """Predicts a token from the `order - 1` tokens before it, by counting, smoothed after Witten and Bell (1991).

    After a context c seen n(c) times, followed by t(c) different tokens,

        p(x | c) = (count(c x) + t(c) p(x | c without its first token)) / (n(c) + t(c))

    so the more kinds of token have followed c, the more is left for what never did; the recursion ends at the uniform
    distribution over the vocabulary. Order 1 is the unigram model, which looks at no context at all.
    """

    def __init__(self, ids, order, vocab_size):
        """ids: a text's tokens, from 0 to vocab_size - 1. order: 1 to 100."""
        self.order, self.vocab_size = whole_number("order", order, 1, 100), whole_number("vocab_size", vocab_size, 1)
        ids = token_ids("the text", ids, self.vocab_size).tolist()
        self.counts = Counter()  # (context..., next) -> how often
        for n in range(1, self.order + 1):
            self.counts.update(zip(*(ids[i:] for i in range(n))))
        self.seen = defaultdict(int)  # context -> how often it was followed by anything
        self.kinds = defaultdict(int)  # context -> by how many different tokens
        for gram, count in self.counts.items():
            self.seen[gram[:-1]] += count
            self.kinds[gram[:-1]] += 1

    def probability(self, context, id) -> float:
        """p(id | context); only the last `order - 1` ids of `context` count."""
        context = token_ids("the context", self._read(sequence("the context", context)), self.vocab_size)
        return self._probability(tuple(context.tolist()), whole_number("the id", id, 0, self.vocab_size - 1))

    def _read(self, context):
        return context[-(self.order - 1) :] if self.order > 1 else context[:0]

    def _probability(self, context, id):
        p = 1 / self.vocab_size
        for start in range(len(context), -1, -1):  # from no context to the whole of it
            part = context[start:]
            if part in self.seen:
                kinds = self.kinds[part]
                p = (self.counts[(*part, id)] + kinds * p) / (self.seen[part] + kinds)
        return p

    def surprises(self, ids, skip=0):
        """-log p in nats of each token of a text from position `skip` on, given the tokens before it."""
        ids = tuple(token_ids("the text", ids, self.vocab_size).tolist())
        places = range(whole_number("skip", skip, 0), len(ids))
        return np.array([-np.log(self._probability(ids[max(0, i - self.order + 1) : i], ids[i])) for i in places])
