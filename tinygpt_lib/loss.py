"""From logits to probabilities, and from probabilities to one number that says how wrong they are."""

import numpy as np

from tinygpt_lib.checks import numbers, token_ids


def softmax(logits):
    """Logits (..., V) -> probabilities of the same shape; each row is positive and adds up to 1.

    The largest logit is subtracted first, which changes nothing but keeps exp from overflowing.
    """
    logits = numbers("logits", logits, ..., None)
    if logits.shape[-1] == 0:
        raise ValueError("there are no logits: give at least one")
    exps = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def cross_entropy(logits, targets, weights=None):
    """Mean surprise in nats at the right tokens, -log p(target), and its gradient.

    logits: (B, V). targets: (B,) ids. weights: (B,) multiply each example's share (None: all 1). Returns the loss, a
    float, and its gradient with respect to the logits, (B, V): (p - onehot(target)) / B.
    """
    logits = numbers("logits", logits, None, None)
    targets = token_ids("targets", targets, logits.shape[1])
    if len(logits) != len(targets) or len(targets) == 0:
        raise ValueError(f"there are {len(logits)} contexts for {len(targets)} targets: give one for each")
    if weights is not None:
        weights = numbers("weights", weights, len(targets))
    rows = np.arange(len(targets))
    z = logits - logits.max(axis=-1, keepdims=True)  # (B, V), the largest of each row 0
    p = np.exp(z)
    sums = p.sum(axis=-1)  # (B,)
    surprise = np.log(sums) - z[rows, targets]  # (B,), exact where p(target) itself would be rounded to 0
    p /= sums[:, None]
    p[rows, targets] -= 1
    p /= len(targets)
    if weights is not None:
        surprise = surprise * weights
        p *= np.asarray(weights, p.dtype)[:, None]  # (B, 1)
    return float(surprise.mean()), p
