"""Ways to feed the network that the library leaves out, for notebook 04."""

import numpy as np

from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.encoding import Encoding, Raw
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.windows import Windows

NETWORK = {"context": 16, "hidden": (256,)}
FADE = 0.7
LIBRARY_NAMES = {"small raw": "raw", "standardized": "raw", "counts": "presence", "fading": "presence"}


class Standardized(Raw):
    """Raw ids, shifted and scaled so that those of typical training windows have mean 0 and standard deviation 1."""

    def __init__(self, model, contexts):
        super().__init__(model.context, model.tok.vocab_size, None, None, model.dtype)
        self.mean, self.deviation = contexts.mean(), contexts.std()

    def forward(self, contexts):
        return ((contexts - self.mean) / self.deviation).astype(self.dtype)


class Traces(Encoding):
    """Per vocabulary entry the sum of fade^age over the slots where it stands; the newest slot has age 0.

    fade = 1 counts the entries; a smaller one tells new from old. Padding leaves no trace.
    """

    def __init__(self, model, fade):
        super().__init__(model.context, model.tok.vocab_size, None, None, model.dtype)
        self.size, self.pad_id = model.tok.vocab_size, model.pad_id
        self.weights = (fade ** np.arange(model.context)[::-1]).astype(model.dtype)  # (T,)

    def forward(self, contexts):
        x = np.zeros((len(contexts), self.size), self.dtype)
        for slot, weight in enumerate(self.weights):
            x[np.arange(len(contexts)), contexts[:, slot]] += weight
        x[:, self.pad_id] = 0
        return x


class Renumbered(Encoding):
    """An encoding without parameters that reads ids by another numbering, `ids` (V,); the outputs keep theirs."""

    def __init__(self, encoding, ids):
        self.encoding, self.ids = encoding, ids

    def forward(self, contexts):
        return self.encoding.forward(self.ids[contexts])


def shuffled_ids(seed):
    """A random numbering of the vocabulary, (V,); the pad keeps its id."""
    tok = characters()[0]
    return np.append(np.random.default_rng([seed, 4]).permutation(tok.vocab_size - 1), tok.pad_id)


def text_model(seed, encoding, shuffle=False, **network):
    """An untrained TinyGPT, with an encoding of the library or one of four more.

    "small raw": raw ids, and first weights divided by the largest id; "standardized", "counts" and "fading": see above.
    """
    tok, training_ids, _ = characters()
    network = {**NETWORK, **network, "encoding": LIBRARY_NAMES.get(encoding, encoding)}
    model = TinyGPT(tok, seed=seed, **network)
    if encoding == "small raw":
        model.network.linears[0].W /= tok.vocab_size - 1
    if encoding == "standardized":
        draw = Windows(training_ids, model.context, model.pad_id)
        model.encoding = Standardized(model, draw(np.random.default_rng(0), 10_000)[0])
    if encoding in ("counts", "fading"):
        model.encoding = Traces(model, FADE if encoding == "fading" else 1.0)
    if shuffle:
        model.encoding = Renumbered(model.encoding, shuffled_ids(seed))
    return model
