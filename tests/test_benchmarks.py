"""The stored benchmarks: every case of the code, whole; their times are nobody's promise."""

import importlib
import json
import sys

import pytest

from tinygpt_lib.course.stored import DATA

MODULES = ("timing", "training_step", "transformer_step", "generating", "going_on", "tokenizing", "growing")
CASES = {  # what is compared -> the module and the name of its cases there
    "training step": ("training_step", "SIZES"),
    "a GPT's training step": ("transformer_step", "SIZES"),
    "generation, temperature 0.8": ("generating", "BATCHES"),
    "a GPT's generation, window 256": ("going_on", "SPANS"),
    "tokenizer, 512 tokens": ("tokenizing", "TEXTS"),
}


@pytest.fixture(scope="module")
def modules():
    """The benchmark's own modules, imported as its script imports them; the rivals are imported only when they run."""
    folder = str(DATA.parent / "tests" / "benchmarks")
    sys.path.insert(0, folder)
    yield {name: importlib.import_module(name) for name in MODULES}
    sys.path.remove(folder)


def test_every_case_and_every_rival_is_stored(modules):
    stored = json.loads((DATA / "benchmarks.json").read_text(encoding="utf-8"))
    assert stored["compared"].keys() == CASES.keys() and stored["command"] == "make bench"
    for what, (name, cases) in CASES.items():
        assert stored["compared"][what].keys() == getattr(modules[name], cases).keys()
        for entry in stored["compared"][what].values():
            assert entry.keys() == {"seconds", *modules[name].RIVALS} and min(entry.values()) > 0
    for what, (_, sizes, _) in modules["growing"].GROWTH.items():
        assert list(stored["growth"][what]) == list(map(str, sizes)) and min(stored["growth"][what].values()) > 0


def test_contestants_are_timed_by_turns(modules):
    called = []
    taken = modules["timing"].by_turns({name: lambda name=name: called.append(name) for name in "ab"}, rounds=3)
    assert called == list("ab") * 4 and taken.keys() == {"a", "b"} and min(taken.values()) >= 0


@pytest.mark.parametrize("name", ["128 x 1, batch 64", "256 x 2, batch 512"])
def test_the_products_are_those_of_a_step(modules, name):
    step = modules["training_step"]
    hidden, batch = step.SIZES[name]
    step.ours(hidden, batch, 1)()
    step.matrix_products(hidden, batch, 1)()
    assert len(step.network(hidden).network.linears) == len(hidden) + 1


def test_a_gpts_contestants_do_the_same_work(modules):
    step, going = modules["transformer_step"], modules["going_on"]
    size = 8, 16, 2, 1, 3
    step.ours(*size, 2)()
    step.matrix_products(*size, 2)()
    assert all(width % heads == 0 for _, width, heads, _, _ in step.SIZES.values())
    for make in (going.ours, going.RIVALS["read anew"]):
        make(3, 6)()
    assert max(last for _, last in going.SPANS.values()) == going.CONTEXT  # no window is ever full


def test_texts_without_spaces_are_one_piece(modules):
    assert len(modules["tokenizing"].PIECES.findall(modules["tokenizing"].unspaced(500))) == 1
    assert len(modules["tokenizing"].spaced(500)) == 500
