"""Damaged and crafted files are refused in one clear line or change nothing; writers may be killed at any time."""

import io
import json
import os
import random
import signal
import time
import zipfile
from functools import partial

import numpy as np
import pytest
from attacks import LONG, answer_of, attack, count, outcome, python, some
from helpers import LETTERS, same, tiny, tiny_gpt, weights

from tinygpt_lib.archives import pack
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import check_conversation, exchange, load_conversations
from tinygpt_lib.course.experiments import grid as grids
from tinygpt_lib.files import LEFT_OVER, write_atomically
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT

TOK = Tokenizer.train("the cat sat on the mat, the rat ran from the cat", vocab_size=40, special_tokens=["<|a|>"])
CONVERSATIONS = [exchange("Who?", "Me."), exchange("Wö?", "\u2028 und 😀"), exchange("a", "b") * 2]


def save_conversations(path):
    lines = [json.dumps({"messages": messages}, ensure_ascii=False) + "\n" for messages in CONVERSATIONS]
    path.write_text("".join(lines), encoding="utf-8")


def save_results(path):
    run = {"loss": [1.5, 0.25], "ended": "finished", "ü": None}
    facts = {"command": "?", "question": "?", "sample": {}, "conditions": {"one": {"settings": {}, "runs": [run] * 2}}}
    grids.store(path.stem, facts)


def load_results(path):  # which lies in grids.RESULTS
    return grids.stored(path.stem)


def same_model(model):
    return same(weights(model), weights(tiny(hidden=()))) and model.tok.to_json() == LETTERS.to_json()


def smallest_gpt():
    return tiny_gpt(width=2, heads=1, layers=1)


def same_gpt(model):
    return same(weights(model), weights(smallest_gpt())) and model.tok.to_json() == LETTERS.to_json()


def same_results(facts):
    return facts["conditions"]["one"]["runs"][1]["loss"] == [1.5, 0.25]


def all_conversations(found):
    """Anybody's text has no checksum: a changed letter makes another conversation, but a conversation it must be."""
    return all(map(check_conversation, found))


FILES = {  # what: (name, save, load, whether what was loaded is what was saved)
    "model": ("m.npz", lambda path: tiny(hidden=()).save(path), TinyGPT.load, same_model),
    "GPT": ("g.npz", lambda path: smallest_gpt().save(path), GPT.load, same_gpt),
    "tokenizer": ("t.json", TOK.save, Tokenizer.load, lambda tok: tok.to_json() == TOK.to_json()),
    "results": ("r.json", save_results, load_results, same_results),
    "conversations": ("c.jsonl", save_conversations, load_conversations, all_conversations),
}
each_file = pytest.mark.parametrize("kind", FILES)


@pytest.fixture
def case(kind, tmp_path, monkeypatch):
    """A saved file, its bytes, and a function that tries other bytes in its place."""
    monkeypatch.setattr(grids, "RESULTS", tmp_path)
    name, save, load, equal = FILES[kind]
    path = tmp_path / name
    save(path)
    data = path.read_bytes()
    assert equal(load(path))

    def attempt(what, damaged):
        with attack(f"{kind}: {what}"):
            path.write_bytes(damaged)
            found = outcome(partial(load, path))
            assert isinstance(found, ValueError) or equal(found), damaged[:200]
            assert path.read_bytes() == damaged

    return data, attempt


@each_file
def test_cut_at_every_length(case):
    data, attempt = case
    for size in some(range(len(data)), 150):
        attempt("cut", data[:size])


@each_file
def test_every_bit_flipped(case):
    data, attempt = case
    for bit in some(range(8 * len(data)), 400):
        at = bit // 8
        attempt("one bit flipped", data[:at] + bytes([data[at] ^ 1 << bit % 8]) + data[at + 1 :])


@each_file
def test_bytes_put_in_taken_out_and_changed(case, rng):
    data, attempt = case
    for _ in count(200, 4000):
        start, size = rng.integers(0, len(data)), rng.integers(0, 9)
        attempt("some bytes changed", data[:start] + rng.bytes(rng.integers(0, 9)) + data[start + size :])


# ---- crafted files, loaded where they could do no harm ------------------------------------------------------------


def header(tok=None, **changes):
    settings = {**tiny().settings, **changes}
    return {"format": "tinygpt model", "version": 1, "settings": settings, "tokenizer": tok or LETTERS.to_json()}


def arrays(**changes):
    return {**{f"p{i}": value for i, (value, _) in enumerate(tiny().parameters())}, **changes}


def zipped(compression=zipfile.ZIP_DEFLATED, **members):
    """A zip file of members given as they are, bytes or (bytes, how often)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression, compresslevel=1) as archive:
        for name, data in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                part, times = data if isinstance(data, tuple) else (data, 1)
                for _ in range(times):
                    member.write(part)
    return file.getvalue()


def start(shape, descr="'<f4'"):
    """What stands before the numbers of an array of that shape."""
    words = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words


def head(**changes):
    data = json.dumps(header(**changes)).encode()
    return start((len(data),), "'|u1'") + data


def tokenizer(**changes):
    made = json.loads(LETTERS.to_json())
    return json.dumps({**made, **changes})


MEGABYTE = b"\0" * 10**6
MANY = 2000 if LONG else 40  # megabytes that a bomb unpacks to
DOUBLING = [[0, 0], *([i, i] for i in range(7, 66))]  # each token twice as long as the one before
CRAFTED = {
    "a context of 10**8": lambda: pack(header(context=10**8, embedding_size=1), arrays()),
    "a context of 10**300": lambda: pack(header(context=10**300), arrays()),
    "a million layers": lambda: pack(header(hidden=[1] * 10**6), arrays()),
    "an embedding of 10**9": lambda: pack(header(embedding_size=10**9), arrays()),
    "the largest model of zeros": lambda: pack(
        header(embedding_size=1, context=1, hidden=[1_999_998]),
        dict(p0=np.zeros((8, 1), "f4"), p1=np.zeros((1, 1_999_998), "f4"), p2=np.zeros(1_999_998, "f4"),
             p3=np.zeros((1_999_998, 8), "f4"), p4=np.zeros(8, "f4")),
    ),
    "one larger": lambda: pack(header(embedding_size=1, context=1, hidden=[2_000_000]), arrays()),
    "a bomb": lambda: zipped(header=head(), p0=(MEGABYTE, MANY)),
    "a bomb with a start": lambda: zipped(
        header=head(), **{f"p{i}": start(v.shape) + v.tobytes() for i, (v, _) in enumerate(tiny().parameters()) if i},
        p0=start((8, 2)) + b"\0" * 64 + b"".join([MEGABYTE] * (MANY // 4)),
    ),
    "a start that promises 10**12 numbers": lambda: zipped(header=start((10**12,), "'|u1'")),
    "a header of 10**9": lambda: zipped(header=start((10**9,), "'|u1'") + b"".join([MEGABYTE] * (MANY // 4))),
    "a start with objects": lambda: zipped(header=start((1,), "'|O8'")),
    "a start that is deep": lambda: zipped(header=start("(" * 4000)),
    "a start with a huge number": lambda: zipped(header=start("(" + "9" * 9000 + ",)")),
    "a start with a call": lambda: zipped(header=start("__import__('os').system('true')")),
    "a deep header": lambda: zipped(header=start((10**6,), "'|u1'") + b"[" * 10**6),
    "a header with a huge number": lambda: zipped(header=start((10**6,), "'|u1'") + b"9" * 10**6),
    "bzip2": lambda: zipped(zipfile.ZIP_BZIP2, header=head(), p0=(MEGABYTE, MANY // 4)),
    "lzma": lambda: zipped(zipfile.ZIP_LZMA, header=head(), p0=(MEGABYTE, MANY // 4)),
    "100,000 parts": lambda: zipped(**{f"p{i}": b"" for i in range(100_000)}),
    "a part named as a path": lambda: zipped(header=head(), **{"../../p0": start((8, 2)) + bytes(64)}),
    "another type": lambda: pack(header(), arrays(p0=np.zeros((8, 2)))),
    "not a number": lambda: pack(header(), arrays(p0=np.full((8, 2), np.nan, "f4"))),
    "a setting too many": lambda: pack(header(colour=3), arrays()),
    "version true": lambda: pack({**header(), "version": True}, arrays()),
    "tokens that double": lambda: pack(header(tokenizer(merges=DOUBLING)), arrays()),
    "a deep tokenizer": lambda: pack(header("[" * 10**6), arrays()),
    "a tokenizer of a million merges": lambda: pack(header(tokenizer(merges=[[0, 0]] * 10**6)), arrays()),
    "a tokenizer of names": lambda: pack(header(tokenizer(special_tokens=["<|pad|>", "x" * 10**6])), arrays()),
}  # fmt: skip
LOADED = {"the largest model of zeros"}
LOAD = """
import json, resource, sys
from attacks import outcome
from tinygpt_lib.model import TinyGPT

resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
for path in sys.argv[1:]:
    try:
        found = outcome(lambda: TinyGPT.load(path))
        said = str(found) if isinstance(found, ValueError) else "loaded"
    except Exception as error:
        said = type(error).__name__
    print(json.dumps(said), flush=True)
"""


def test_crafted_models_take_neither_memory_nor_time(tmp_path):
    """Each within 1 GB, and all of them within a minute: a net for what would take hours, not a measure."""
    paths = [tmp_path / f"{number}.npz" for number in range(len(CRAFTED))]
    for path, make in zip(paths, CRAFTED.values()):
        path.write_bytes(make())
    said = dict(zip(CRAFTED, map(json.loads, answer_of(python(LOAD, *paths), seconds=60).splitlines())))
    assert said.keys() == CRAFTED.keys()
    for name, words in said.items():
        with attack("model: crafted"):
            survived = words == "loaded" if name in LOADED else "is no complete TinyGPT model of version 1" in words
            assert survived, (name, words)


def test_nothing_that_was_saved_holds_code(tmp_path, monkeypatch):
    """A file of Python's pickle, under each of the names, is never unpickled."""
    monkeypatch.setattr(grids, "RESULTS", tmp_path)
    harm = tmp_path / "harm"
    pickled = b"cbuiltins\nopen\n(V" + str(harm).encode() + b"\nVw\ntR."
    for kind, (name, _, load, _) in FILES.items():
        for data in (pickled, zipped(header=start((1,), "'|O'") + pickled)):
            with attack(f"{kind}: pickle"):
                (tmp_path / name).write_bytes(data)
                assert isinstance(outcome(partial(load, tmp_path / name)), ValueError)
                assert not harm.exists()


# ---- writers ------------------------------------------------------------------------------------------------------

WRITE = """
import sys
from tinygpt_lib.files import write_atomically

path, data = sys.argv[1], sys.argv[2].encode() * 400_000
print("ready", flush=True)
for _ in range(int(sys.argv[3])):
    write_atomically(path, data)
"""


def ready(process):
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_while_writing(tmp_path):
    """The file is whole; what the killed left is cleared by the next writer, once it is old."""
    path, chance = tmp_path / "a", random.Random(0)
    write_atomically(path, b"old")
    for _ in count(5, 200):
        with attack("kill -9 of a writer"):
            writer = ready(python(WRITE, path, "x", 10**6))
            time.sleep(chance.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
            assert path.read_bytes() in (b"old", b"x" * 400_000)
    for left in tmp_path.iterdir():
        os.utime(left, (time.time() - 2 * LEFT_OVER,) * 2)
    write_atomically(path, b"new")
    assert list(tmp_path.iterdir()) == [path] and path.read_bytes() == b"new"


def test_three_writers_at_once(tmp_path):
    path, times = tmp_path / "a", 400 if LONG else 40
    write_atomically(path, b"x" * 400_000)
    writers = [ready(python(WRITE, path, letter, times)) for letter in "xyz"]
    whole = {letter * 400_000 for letter in (b"x", b"y", b"z")}
    while any(writer.poll() is None for writer in writers):
        with attack("reads beside three writers"):
            assert path.read_bytes() in whole
    for writer in writers:
        answer_of(writer)
    assert path.read_bytes() in whole and list(tmp_path.iterdir()) == [path]


FULL = """
import resource, sys
from attacks import outcome
from tinygpt_lib.files import write_atomically

resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
for size in map(int, sys.argv[2:]):
    found = outcome(lambda: write_atomically(sys.argv[1], b"n" * size))
    assert isinstance(found, ValueError) == (size > 50_000), found
    print(found)
"""


def test_a_disk_that_is_full(tmp_path):
    path = tmp_path / "a"
    write_atomically(path, b"old")
    sizes = some(range(50_001, 3_000_000, 7_919), 40)
    said = answer_of(python(FULL, path, *sizes)).splitlines()
    for line in said:
        with attack("writes on a full disk"):
            assert "a: File too large; make room or choose another place" in line
    assert len(said) == len(sizes) and path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read(tmp_path):
    path = tmp_path / "a"
    write_atomically(path, b"old")
    tmp_path.chmod(0o500)
    try:
        with attack("writes where nothing may be written"):
            assert "cannot write" in str(outcome(partial(write_atomically, path, b"new")))
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == b"old"
