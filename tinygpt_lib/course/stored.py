"""What lies in the folder data: where it is, and how it is read."""

import json
from pathlib import Path

from tinygpt_lib.model import TinyGPT

DATA = Path(__file__).parents[2] / "data"
MODELS = DATA / "models"
RESULTS = DATA / "results"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CONVERSATIONS = DATA / "conversations"


def stored_model(name) -> TinyGPT:
    """A stored model, "shakespeare" or "chat_base", as it was trained."""
    return TinyGPT.load(MODELS / f"{name}.npz")


def model_facts(name) -> dict:
    """How a stored model was made: its command, its settings, its first losses, its loss on held-out text."""
    return json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))


def original_results() -> dict:
    """The figures that the original TinyGPT printed, as transcribed in data/original_results.json."""
    return json.loads((DATA / "original_results.json").read_text(encoding="utf-8"))
