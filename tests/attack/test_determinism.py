"""The same seeds give the same bits in every fresh process; other kernels of BLAS give the same texts."""

import json
import signal

import pytest
from attacks import LONG, answer_of, attack, python

RUN = """
import hashlib, json
import numpy as np
from helpers import tiny, tiny_gpt, weights
from tinygpt_lib import NGram, Tokenizer, generate, replies, train
from tinygpt_lib.chat import CHAT_TOKENS, Answers, exchange
from tinygpt_lib.course.stored import stored_model

RHYME = "the cat sat on the mat, the rat ran from the cat? " * 4
tok = Tokenizer.train(RHYME, vocab_size=30, special_tokens=CHAT_TOKENS)
ids = np.array(tok.encode(RHYME))
digest = hashlib.sha256(tok.to_json().encode())
for make, settings in (
    (tiny, {}), (tiny, {"dropout": 0.3, "encoding": "onehot"}), (tiny, {"encoding": "presence", "activation": "tanh"}),
    (tiny_gpt, {"dropout": 0.3}), (tiny_gpt, {"positions": "rotary"}),
):
    model = make(tok, context=24, **settings)
    for data in (ids, Answers(model, [exchange("the cat?", "the rat")])):
        history = train(model, data, ids, steps=20, batch_size=32, every=5, weight_decay=0.1, progress=False)
        digest.update(json.dumps([history.loss, history.valid_loss]).encode())
    for value in weights(model):
        digest.update(value.tobytes())
    digest.update(json.dumps([generate(model, "the", 20, seed=3), replies(model, ["the cat?"])]).encode())
digest.update(NGram(ids, 3, tok.vocab_size).surprises(ids).tobytes())
texts = [
    generate(stored_model("shakespeare"), start, 150, temperature, top_n, seed=seed)
    for start in ("ROMEO:", "First Citizen:\\n")
    for temperature, top_n, seed in ((0, None, 0), (0.8, None, 1), (1.0, 5, 2))
]
texts.append(generate(stored_model("chat_base"), "JULIET:\\n", 100, 0.7, seed=4))
print(json.dumps({"bits": digest.hexdigest(), "texts": texts}))
"""
FRESH = [{"PYTHONHASHSEED": "0"}, {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}]
KERNELS = ["Sandybridge"]
if LONG:
    FRESH += [{"PYTHONHASHSEED": str(seed), "LC_ALL": "C"} for seed in range(1, 6)]
    FRESH += [{"OMP_NUM_THREADS": str(n), "OPENBLAS_NUM_THREADS": str(n)} for n in (3, 4)]
    KERNELS += ["Prescott", "Nehalem", "Haswell", "Zen", "SkylakeX"]


@pytest.fixture(scope="module")
def expected():
    return json.loads(answer_of(python(RUN)))


@pytest.mark.parametrize("environment", FRESH, ids=str)
def test_a_fresh_process_gives_the_same_bits(expected, environment):
    with attack("the same bits in a fresh process"):
        assert json.loads(answer_of(python(RUN, **environment))) == expected


@pytest.mark.parametrize("kernel", KERNELS)
def test_another_kernel_of_blas_gives_the_same_texts(expected, kernel):
    """Where BLAS is no OpenBLAS, the variable means nothing, and the texts are the same all the more."""
    process = python(RUN, OPENBLAS_CORETYPE=kernel)
    if process.wait() == -signal.SIGILL:
        pytest.skip(f"this processor cannot run the kernel {kernel}")
    with attack("the same texts with another kernel of BLAS"):
        assert json.loads(answer_of(process))["texts"] == expected["texts"]
