"""How fast is it? `make bench` times the library beside others, by turns, and stores data/benchmarks.json.

The others (PyTorch, JAX, Hugging Face's tokenizers) live in an environment of their own; the course needs none of them.
"""

import json
import platform
from importlib import metadata
from pathlib import Path

import figure
import generating
import going_on
import growing
import tokenizing
import training_step
import transformer_step
from threadpoolctl import threadpool_limits
from timing import ROUNDS, by_turns, on_one_core

from tinygpt_lib.course.stored import DATA
from tinygpt_lib.files import write_atomically

PATH = DATA / "benchmarks.json"
STEPS = {64: 200, 512: 30}  # how many steps one timed call takes, by batch
GPT_STEPS = 20
COMPARED = {  # what is compared -> its cases, ours and the rivals, all called with a case
    "training step": (
        {name: (hidden, batch, STEPS[batch]) for name, (hidden, batch) in training_step.SIZES.items()},
        training_step.ours,
        training_step.RIVALS,
    ),
    "a GPT's training step": (
        {name: (*size, GPT_STEPS) for name, size in transformer_step.SIZES.items()},
        transformer_step.ours,
        transformer_step.RIVALS,
    ),
    "generation, temperature 0.8": (generating.BATCHES, generating.ours, generating.RIVALS),
    "a GPT's generation, window 256": (going_on.SPANS, going_on.ours, going_on.RIVALS),
    "tokenizer, 512 tokens": ({name: (name,) for name in tokenizing.TEXTS}, tokenizing.ours, tokenizing.RIVALS),
}
PACKAGES = ("numpy", "torch", "jax", "tokenizers")


def machine() -> dict:
    """What the times were taken on."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")] or [""]
    return {
        "system": platform.system(),
        "processor": cpu[0].partition(":")[2].strip() or platform.processor(),
        "cores used": 1,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
    }


def compare(cases, ours, rivals) -> dict:
    """Case -> seconds of a call to ours, and rival -> how many times as long it takes (above 1: ours is faster)."""
    table = {}
    for name, case in cases.items():
        seconds = by_turns({"ours": ours(*case), **{rival: run(*case) for rival, run in rivals.items()}})
        mine = seconds.pop("ours")
        table[name] = {"seconds": mine, **{rival: taken / mine for rival, taken in seconds.items()}}
        ratios = "   ".join(f"{rival} {ratio:6.2f}" for rival, ratio in table[name].items() if rival != "seconds")
        print(f"  {name:42} {ratios}", flush=True)
    return table


def grow(make, sizes, units) -> dict:
    """Size -> seconds for one unit of work."""
    seconds = by_turns({size: make(size) for size in sizes})
    print("  " + "   ".join(f"{size:,}: {taken / units * 1e3:,.2f} ms" for size, taken in seconds.items()), flush=True)
    return {str(size): taken / units for size, taken in seconds.items()}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return float(f"{value:.3g}") if isinstance(value, float) else value


def main():
    on_one_core()
    facts = {"command": "make bench", "machine": machine(), "rounds": ROUNDS, "compared": {}, "growth": {}}
    with threadpool_limits(1):
        for what, parts in COMPARED.items():
            print(f"{what}: times as long as ours (medians of {ROUNDS} rounds by turns)")
            facts["compared"][what] = compare(*parts)
        for what, parts in growing.GROWTH.items():
            print(f"how the time grows: {what}")
            facts["growth"][what] = grow(*parts)
    write_atomically(PATH, (json.dumps(rounded(facts), indent=1) + "\n").encode("utf-8"))
    figure.draw(facts)


if __name__ == "__main__":
    main()
