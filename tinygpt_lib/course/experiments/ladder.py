"""What each part of a GPT buys: from a table of pairs to two blocks with positions, rung by rung."""

from tinygpt_lib.course.experiments.attention import CutBlock
from tinygpt_lib.course.experiments.exams import exam_loss
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, text_run
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT


class Nothing:
    """In the place of a layer norm that is left out."""

    def parameters(self):
        return []

    def forward(self, x, rng=None):
        return x

    def backward(self, dy):
        return dy


def rung(seed, heads=4, layers=1, mlp=False, free=False, positions="none", width=64, context=64,
         dtype="float32"):  # fmt: skip
    """An untrained GPT without some of its parts; heads 0: the table of pairs, with no way to look back."""
    tok = characters()[0]
    if heads == 0:
        return TinyGPT(tok, context=1, encoding="onehot", hidden=(), seed=seed)
    model = GPT(tok, context, width, heads, layers, positions, dtype=dtype, seed=seed)
    if not (mlp and free):
        model.blocks = [CutBlock(block, free, free, mlp) for block in model.blocks]
        model.norm = model.norm if free else Nothing()
    return model


def ladder_run(seed, parts, steps, rate, batch_size=1024, first_seed=0, choosing=False):
    """Train one rung; its loss on the last tenth, every character from place 128 on (choosing: on the ninth tenth).

    A rate is chosen with other seeds (first_seed), on the first eight tenths and the ninth.
    """
    _, ids, held_out = characters()
    cut = len(ids) * 8 // 9
    model = rung(seed + first_seed, **parts)
    training = {"steps": steps, "batch_size": batch_size, "learning_rate": rate, "schedule": "warmup", "every": steps}
    model, curve = text_run(seed + first_seed, None, training, ids[:cut] if choosing else ids, model)
    exam = exam_loss(model, ids[cut:] if choosing else held_out)
    return {"exam": exam, "seconds": curve["seconds"][-1], "size": model.size, "steps": steps}


WHOLE = {"mlp": True, "free": True, "layers": 2}
RUNGS = {
    "bigram table": {"heads": 0},
    "one head": {"heads": 1},
    "four heads": {},
    "MLP": {"mlp": True},
    "sums and norms": {"mlp": True, "free": True},
    "two blocks": WHOLE,
    "learned positions": {**WHOLE, "positions": "learned"},
    "rotary positions": {**WHOLE, "positions": "rotary"},
}
TRIED = {name: (2, 4, 8) for name in RUNGS} | {
    "bigram table": (16, 64, 256),
    "sums and norms": (4, 8, 16),
}  # thousandths
CHOSEN = dict.fromkeys(RUNGS, 8e-3) | {"bigram table": 256e-3, "sums and norms": 16e-3}  # by gpt_ladder_rates
STEPS = 400  # at equal examples: 0.41 million characters
# At equal seconds: so many steps as take about as long as the whole with rotary positions, by gpt_ladder_rates.
STEPS_OF = {
    "bigram table": 10_000, "one head": 2200, "four heads": 1850, "MLP": 1200, "sums and norms": 1050,
    "two blocks": 520, "learned positions": 500, "rotary positions": 400,
}  # fmt: skip


def condition(name, steps, rate, **more):
    return {"parts": RUNGS[name], "steps": steps, "rate": rate, **more}


GRIDS = {
    "gpt_ladder_rates": Grid(
        "Which learning rate suits each rung? (other seeds, other text)",
        ladder_run,
        {
            f"{name}, {rate}": condition(name, 400, rate / 1000, first_seed=100, choosing=True)
            for name, rates in TRIED.items()
            for rate in rates
        },
        seeds=1,
        sample=condition("four heads", 20, 4e-3, first_seed=100, choosing=True),
    ),
    "gpt_ladder": Grid(
        "What does each part of a GPT buy, at equal examples and at equal seconds?",
        ladder_run,
        {
            **{f"{name}, examples": condition(name, STEPS, CHOSEN[name]) for name in RUNGS},
            **{f"{name}, seconds": condition(name, STEPS_OF[name], CHOSEN[name]) for name in RUNGS},
        },
        seeds=3,
        sample=condition("MLP", 20, 4e-3),
    ),
}
