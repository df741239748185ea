"""What lies in the folder data: where it is, and how it is read."""

import json
from pathlib import Path

from tinygpt_lib.checks import shown_path, text
from tinygpt_lib.corpus import load_text
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT

DATA = Path(__file__).parents[2] / "data"
MODELS = DATA / "models"
RESULTS = DATA / "results"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CONVERSATIONS = DATA / "conversations"
GPTS = ("gpt",)  # the stored models of this kind


def kind(name):
    """The class of a stored model."""
    return GPT if text("the name", name) in GPTS else TinyGPT


def stored_model(name):
    """A stored model as it was trained: the TinyGPT "shakespeare" or "chat_base", or the GPT "gpt"."""
    return kind(name).load(MODELS / f"{name}.npz")


def model_facts(name) -> dict:
    """How a stored model was made: its command, its settings, its first losses, its loss on held-out text."""
    return read_json(MODELS / f"{text('the name', name)}.json")


def original_results() -> dict:
    """The figures that the original TinyGPT printed, as transcribed in data/original_results.json."""
    return read_json(DATA / "original_results.json")


def read_json(path) -> dict:
    """What a JSON file holds; ValueError, naming the file, if it is missing or damaged."""
    try:
        return json.loads(load_text(path))
    except (json.JSONDecodeError, RecursionError):
        raise ValueError(f"{shown_path(path)} is damaged: get it back with git") from None
