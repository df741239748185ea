"""Where the course's stored files are."""

from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
MODELS = DATA / "models"
RESULTS = DATA / "results"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CONVERSATIONS = DATA / "conversations"
