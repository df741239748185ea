"""Two networks made one: averaging weights, averaging probabilities, and reordering neurons."""

import copy

import numpy as np

from tinygpt_lib.loss import softmax
from tinygpt_lib.windows import all_contexts


def copied(model):
    """An independent copy of a model."""
    return copy.deepcopy(model)


def averaged(one, other, share=0.5):
    """A new model whose every number is (1 - share) of `one`'s plus `share` of `other`'s."""
    merged = copied(one)
    for (value, _), (theirs, _) in zip(merged.parameters(), other.parameters()):
        value[:] = (1 - share) * value + share * theirs
    return merged


def averaged_probabilities(one, other, ids):
    """Loss over a text, nats per token, of the mean of two models' probabilities, at full windows."""
    surprise = 0.0
    batches = all_contexts(ids, one.context, one.context, one.pad_id, one.padding, one.tok.vocab_size)
    for contexts, targets in batches:
        p = (softmax(one.logits(contexts)) + softmax(other.logits(contexts))) / 2  # (b, V)
        surprise -= np.log(p[np.arange(len(targets)), targets]).sum()
    return float(surprise / (len(ids) - one.context))


def reorder(W_in, b, W_out, order):
    """A hidden layer's neurons in another order: W_in (I, H), b (H,) and W_out (H, O), the weights that read it."""
    return W_in[:, order], b[order], W_out[order]


def shuffled(model, rng):
    """A copy of a model that computes the same, its hidden neurons in a random order in every layer."""
    model = copied(model)
    linears = model.network.linears
    for layer, above in zip(linears, linears[1:]):
        order = rng.permutation(len(layer.b))
        layer.W[:], layer.b[:], above.W[:] = reorder(layer.W, layer.b, above.W, order)
    return model
