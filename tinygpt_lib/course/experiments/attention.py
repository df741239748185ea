"""The experiments of notebook 12: copying by slots and by attention, gradients by depth, mistakes that hide."""

import numpy as np

from tinygpt_lib.alphabetize import letters
from tinygpt_lib.attention import Attention
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train
from tinygpt_lib.transformer import GPT, Block

# ---- what came after the X? -----------------------------------------------------------------------------------------

LETTERS, LENGTH = 12, 10
PLACES = tuple(range(LENGTH - 2))  # where the letter that is asked for may stand, from 0
NEVER = (3, 7)  # places at which it never stands in training
ASKED = tuple(place for place in PLACES if place not in NEVER)


def questions(rng, n, places=ASKED):
    """n strings (n, LENGTH) without a letter twice, but the last, which stood at one of `places`, too.

    Returns them and the letters (n,) that came after it there.
    """
    strings = np.argsort(rng.random((n, LETTERS)), axis=1)[:, :LENGTH]
    rows, at = np.arange(n), rng.choice(places, n)
    strings[:, -1] = strings[rows, at]
    return strings, strings[rows, at + 1]


def copier(seed, model, **network):
    """An untrained model for `questions`: "slots", the one-hot network of notebook 04, or "gpt"."""
    if model == "slots":
        return TinyGPT(letters(LETTERS), LENGTH, encoding="onehot", hidden=(128,), seed=seed, **network)
    return GPT(letters(LETTERS), LENGTH, **{"width": 32, "heads": 2, "layers": 2, **network}, seed=seed)


def copied(model, places, seed=0):
    """The share of 1,000 fresh questions about these places that it answers right."""
    strings, answers = questions(np.random.default_rng([seed, 1]), 1000, places)
    return float((model.logits(strings).argmax(axis=1) == answers).mean())


def copying(seed, model, learning_rate, steps=1000, checks=10, first_seed=0, **network):
    """Train on `steps` batches of 64 questions, a target each; the share right by check, and where it was never asked.

    The random seed is first_seed + seed.
    """
    seed += first_seed
    model, curve = copier(seed, model, **network), []

    def draw(rng, n):
        strings, answers = questions(rng, n)
        return strings, answers, np.ones(n, np.float32)

    train(
        model, draw, steps=steps, batch_size=64, learning_rate=learning_rate, seed=seed, progress=False,
        every=steps // checks, on_check=lambda model, step: curve.append(copied(model, ASKED, seed)),
    )  # fmt: skip
    return {"curve": curve, "asked": curve[-1], "never": copied(model, NEVER, seed), "size": model.size}


COPIERS = {
    "slots": {"model": "slots"},
    "1 layer": {"model": "gpt", "layers": 1},
    "2 layers, learned": {"model": "gpt"},
    "2 layers, rotary": {"model": "gpt", "positions": "rotary"},
    "2 layers, none": {"model": "gpt", "positions": "none"},
}
COPYING_RATES = {name: (8, 16, 32, 64) if name == "slots" else (1, 2, 4, 8) for name in COPIERS}  # thousandths
COPYING_CHOSEN = dict.fromkeys(COPIERS, 4e-3) | {"1 layer": 2e-3, "slots": 32e-3}  # by attention_copying_rates

# ---- blocks without their sums or their norms -----------------------------------------------------------------------


class CutBlock(Block):
    """A block's parts, without its sums ("residuals"), its norms or its MLP. Nothing is changed in place."""

    def __init__(self, block, sums, norms, mlp=True):
        self.attention, self.mlp, self.sums, self.norms = block.attention, block.mlp if mlp else None, sums, norms
        self.norm1, self.norm2 = block.norm1, block.norm2

    def parameters(self):
        parts = [(self.norm1, self.attention)] + ([(self.norm2, self.mlp)] if self.mlp else [])
        return [pair for norm, part in parts for own in ((norm, part) if self.norms else (part,))
                for pair in own.parameters()]  # fmt: skip

    def forward(self, x, length, rng=None):
        steps = [(self.norm1, lambda x: self.attention.forward(x, length))]
        steps += [(self.norm2, self.mlp.forward)] if self.mlp else []
        for norm, part in steps:
            y = part(norm.forward(x) if self.norms else x)
            x = x + y if self.sums else y
        return x

    def backward(self, dx):
        steps = [(self.norm2, lambda d: self.mlp.backward(d, True))] if self.mlp else []
        for norm, part in (*steps, (self.norm1, self.attention.backward)):
            d = part(dx)
            d = norm.backward(d) if self.norms else d
            dx = dx + d if self.sums else d
        self.dx = dx
        return dx

    @property
    def slope(self):
        """The size of the last gradient where the block begins."""
        return float(np.sqrt(np.mean(self.dx**2)))


def deep(seed, sums=True, norms=True, layers=12, context=16, width=32):
    """An untrained GPT of characters with so many blocks, cut as asked. Its last norm stays."""
    model = GPT(characters()[0], context, width, heads=4, layers=layers, seed=seed)
    rng = np.random.default_rng([seed, 1])
    model.blocks = [CutBlock(Block(model.settings, rng, model.dtype), sums, norms) for _ in range(layers)]
    if not sums:  # the library's last weights begin smaller, for the sums' sake
        for linear in (last for block in model.blocks for last in (block.attention.out, block.mlp.linears[-1])):
            linear.W *= linear.W.dtype.type((2 * layers) ** 0.5)
    return model


def depth(seed, learning_rate, steps=300, first_seed=0, choosing=False, **cut):
    """The gradient's size at each block before training, and the held-out loss after it (nats a character).

    It trains on eight tenths of the plays. choosing: measured on the ninth, not on the last.
    """
    seed += first_seed
    tok, ids, held_out = characters()
    rest = len(ids) * 8 // 9
    ids, held_out = ids[:rest], ids[rest:] if choosing else held_out
    model = deep(seed, **cut)
    draw = model.windows(ids, model.context, model.pad_id)
    model.loss_and_gradients(*draw(np.random.default_rng(seed), 2048))
    slopes = [block.slope for block in model.blocks]
    train(model, ids, steps=steps, batch_size=512, learning_rate=learning_rate, seed=seed, progress=False)
    return {"slopes": slopes, "loss": model.loss(held_out[:20_000])}


CUTS = {
    "sums and norms": {},
    "sums alone": {"norms": False},
    "norms alone": {"sums": False},
    "neither": {"sums": False, "norms": False},
}
DEPTH_RATES = (0.5, 2, 8, 32)  # thousandths
DEPTH_CHOSEN = dict.fromkeys(CUTS, 8e-3) | {"sums alone": 2e-3}  # by attention_depth_rates

# ---- mistakes that hide ---------------------------------------------------------------------------------------------


class Untransposed(Attention):
    """Heads made by `reshape` alone, without the transpose: a "head" is a stretch of places, not of columns."""

    def forward(self, x, length):
        parts = np.split(self.qkv.forward(x), 3, axis=1)  # 3 of (B*T, E)
        self.q, self.k, self.v = (part.reshape(-1, self.heads, length, self.size) for part in parts)  # the mistake
        scores = self.q @ self.k.swapaxes(2, 3) * self.factor  # (B, H, T, D) @ (B, H, D, T) -> (B, H, T, T)
        self.weights = softmax(scores + self.mask[:length, :length])
        return self.out.forward((self.weights @ self.v).reshape(x.shape))  # (B, H, T, D) -> (B*T, E)

    def backward(self, dy):
        dmixed = self.out.backward(dy).reshape(self.q.shape)
        dweights, dv = dmixed @ self.v.swapaxes(2, 3), self.weights.swapaxes(2, 3) @ dmixed
        dscores = self.weights * (dweights - (dweights * self.weights).sum(axis=-1, keepdims=True)) * self.factor
        dq, dk = dscores @ self.k, dscores.swapaxes(2, 3) @ self.q
        return self.qkv.backward(np.hstack([part.reshape(dy.shape) for part in (dq, dk, dv)]))


def width_root(attention):
    """Divides the scores by the root of the width, not of the head's size."""
    attention.factor = attention.factor.dtype.type((attention.heads * attention.size) ** -0.5)


def no_transpose(attention):
    attention.__class__ = Untransposed


def leak(attention):
    """Each place sees one place too many: the next one, which is what it is asked for."""
    attention.mask = np.triu(np.full_like(attention.mask, -np.inf), 2)


MISTAKES = {"right": lambda attention: None, "root of the width": width_root, "no transpose": no_transpose,
            "a leak": leak}  # fmt: skip


def mistaken(seed, mistake, context=32, width=64):
    """An untrained GPT of characters with one of MISTAKES in each of its two blocks."""
    model = GPT(characters()[0], context, width, heads=4, layers=2, seed=seed)
    for block in model.blocks:
        MISTAKES[mistake](block.attention)
    return model


def mistake_run(seed, mistake, steps=400, learning_rate=4e-3):
    """Train it, mistake and all. "training": the last loss while training; "held_out": by its own code, on new text.

    "honest": the loss when it is given the tokens before the one asked, and nothing else.
    """
    _, ids, held_out = characters()
    model = mistaken(seed, mistake)
    history = train(
        model, ids, steps=steps, batch_size=512, learning_rate=learning_rate, seed=seed, progress=False,
        every=steps // 10,
    )  # fmt: skip
    return {
        "curve": history.loss, "training": history.loss[-1], "held_out": model.evaluate(held_out[:20_000]).loss,
        "honest": model.evaluate(held_out[:3_000], context=model.context).loss,
    }  # fmt: skip


GRIDS = {
    "attention_copying_rates": Grid(
        "What came after the X? Which learning rate suits whom? (on seeds of their own)",
        copying,
        {
            f"{name}, {rate}": {**COPIERS[name], "learning_rate": rate / 1000, "first_seed": 100}
            for name, rates in COPYING_RATES.items()
            for rate in rates
        },
        seeds=2,
        sample={"model": "gpt", "learning_rate": 4e-3, "steps": 20},
        tolerance=0.2,
    ),
    "attention_copying": Grid(
        "What came after the X? Slots and attention, from equally many strings, also where the X never stood.",
        copying,
        {
            **{name: {**COPIERS[name], "learning_rate": COPYING_CHOSEN[name]} for name in COPIERS},
            "slots, 10 times": {"model": "slots", "learning_rate": COPYING_CHOSEN["slots"], "steps": 10_000},
        },
        seeds=5,
        sample={"model": "slots", "learning_rate": 8e-3, "steps": 100},
        tolerance=0.2,
    ),
    "attention_depth_rates": Grid(
        "Twelve blocks without their sums or norms: which rate suits whom? (other seeds, other text)",
        depth,
        {
            f"{name}, {rate}": {**cut, "learning_rate": rate / 1000, "first_seed": 100, "choosing": True}
            for name, cut in CUTS.items()
            for rate in DEPTH_RATES
        },
        seeds=1,
        sample={"learning_rate": 2e-3, "steps": 5, "norms": False},
        tolerance=0.05,
    ),
    "attention_depth": Grid(
        "Twelve blocks with and without their sums and norms: gradients by depth, and what they learn",
        depth,
        {name: {**cut, "learning_rate": DEPTH_CHOSEN[name]} for name, cut in CUTS.items()},
        seeds=5,
        sample={"learning_rate": 2e-3, "steps": 5},
        tolerance=0.05,
    ),
    "attention_mistakes": Grid(
        "Three mistakes in attention: does it train all the same, and what is it worth?",
        mistake_run,
        {
            **{name: {"mistake": name} for name in MISTAKES},
            **{f"{name}, 4 times": {"mistake": name, "steps": 1600} for name in ("right", "no transpose")},
        },
        seeds=5,
        sample={"mistake": "no transpose", "steps": 10},
        tolerance=0.05,
    ),
}
