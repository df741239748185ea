"""The stored models of data/models, and how each was made: `make models` trains them again."""

import json
import platform

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.corpus import shakespeare, split
from tinygpt_lib.course.paths import MODELS
from tinygpt_lib.files import write_atomically
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

COMMAND = "make models"
SHAKESPEARE = {
    "model": {"context": 16, "embedding_size": 24, "hidden": [448, 448]},
    "training": {"steps": 8000, "batch_size": 512, "learning_rate": 3e-3, "weight_decay": 0.1, "min_context": 4},
}
FIRST_STEPS = 20  # how many losses from the start of the run are stored, for a test to make again


def make_shakespeare(steps=None, progress=True):
    """Train the Shakespeare model, or only its first `steps` steps. Returns it, its History and the held-out ids."""
    text = shakespeare()
    tok = Tokenizer.train(text, max_token_length=1)
    training_ids, held_out = split(tok.encode(text))
    model = TinyGPT(tok, **SHAKESPEARE["model"])
    settings = SHAKESPEARE["training"]
    last = steps or settings["steps"]
    history = train(
        model, training_ids, every=1, on_check=lambda model, step: step == last, progress=progress, **settings
    )
    return model, history, held_out


def main():
    MODELS.mkdir(parents=True, exist_ok=True)
    model, history, held_out = make_shakespeare()
    result = model.evaluate(held_out)
    path = MODELS / "shakespeare.npz"
    model.save(path)
    facts = {
        "command": COMMAND,
        "settings": SHAKESPEARE,
        "first_losses": [round(loss, 6) for loss in history.loss[:FIRST_STEPS]],
        "held_out_loss": round(result.loss, 4),
        "held_out_accuracy": round(result.accuracy, 4),
        "seconds": round(history.seconds[-1]),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    write_atomically(MODELS / "shakespeare.json", (json.dumps(facts, indent=2) + "\n").encode("utf-8"))
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, held-out loss {result.loss:.3f} nats")


if __name__ == "__main__":
    main()
