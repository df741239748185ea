"""The stored models of data/models, and how each was made: `make models` trains them again."""

import json
import platform
import sys
import time

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.checks import choice
from tinygpt_lib.corpus import shakespeare, split
from tinygpt_lib.course.assistant.base import base_tokens
from tinygpt_lib.course.stored import MODELS, kind
from tinygpt_lib.files import write_atomically
from tinygpt_lib.interrupts import held_off, whole_or_nothing
from tinygpt_lib.training import train

COMMAND = "make models"
SETTINGS = {
    "shakespeare": {
        "model": {"context": 16, "embedding_size": 24, "hidden": [448, 448]},
        "training": {"steps": 8000, "batch_size": 512, "learning_rate": 3e-3, "weight_decay": 0.1, "min_context": 4},
    },
    "chat_base": {
        "model": {"context": 32, "embedding_size": 24, "hidden": [512]},
        "training": {"steps": 5000, "batch_size": 512, "learning_rate": 3e-3, "weight_decay": 0.1, "min_context": 1},
    },
    "gpt": {
        "model": {"context": 256, "width": 120, "heads": 4, "layers": 4, "positions": "rotary", "dropout": 0.1},
        "training": {
            "steps": 14_000, "batch_size": 1024, "learning_rate": 2e-3, "weight_decay": 0.1, "schedule": "warmup",
        },
    },
}  # fmt: skip
FIRST_STEPS = 20  # how many losses from the start of the run are stored, for a test to make again


def shakespeare_tokens():
    """One token a character; the ids of the first nine tenths and of the held-out last tenth."""
    text = shakespeare()
    tok = Tokenizer.train(text, max_token_length=1)
    return tok, *split(tok.encode(text))


TOKENS = {"shakespeare": shakespeare_tokens, "chat_base": base_tokens, "gpt": shakespeare_tokens}


def make(name, steps=None, progress=True):
    """Train a stored model, or only its first `steps` steps. Returns it, its History and the held-out ids."""
    tok, training_ids, held_out = TOKENS[name]()
    settings = SETTINGS[name]
    model = kind(name)(tok, **settings["model"])
    last = steps or settings["training"]["steps"]
    history = train(
        model, training_ids, every=1, on_check=lambda model, step: step == last, progress=progress,
        **settings["training"],
    )  # fmt: skip
    return model, history, held_out


@whole_or_nothing()
def store(name):
    """Train a model and write it and how it was made to data/models; an interrupt leaves both files as they were."""
    MODELS.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    model, history, held_out = make(name)
    seconds = time.process_time() - started
    result = model.evaluate(held_out)
    path = MODELS / f"{name}.npz"
    facts = {
        "command": COMMAND,
        "settings": SETTINGS[name],
        "first_losses": [round(loss, 6) for loss in history.loss[:FIRST_STEPS]],
        "held_out_loss": round(result.loss, 4),
        "held_out_accuracy": round(result.accuracy, 4),
        "seconds": round(seconds),  # of the processor
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    with held_off():  # both or neither
        model.save(path)
        write_atomically(MODELS / f"{name}.json", (json.dumps(facts, indent=2) + "\n").encode("utf-8"))
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, held-out loss {result.loss:.3f} nats")


def main(chosen):
    for name in [choice("NAME", name, SETTINGS) for name in chosen] or SETTINGS:
        store(name)


if __name__ == "__main__":
    main(sys.argv[1:])
