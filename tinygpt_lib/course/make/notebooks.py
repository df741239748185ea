"""Run notebooks from top to bottom and store their outputs: `make notebooks`.

Kept: cell ids, tags, text, figures. Dropped: widgets, which would show as an error or as their Python name wherever no
kernel runs (each stands beside a static figure that says the same), and times of execution.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tinygpt_lib.files import write_atomically

CELL_SECONDS = 180
WIDGET = "application/vnd.jupyter.widget-view+json"


def find(paths):
    """The notebooks in files and folders, in order, checkpoints left out."""
    for path in map(Path, paths):
        found = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        yield from (file for file in found if ".ipynb_checkpoints" not in file.parts)


def run(path):
    """Execute one notebook in a fresh kernel started in its own folder, and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(Path(path).parent)}},
    )
    client.execute()
    clean(notebook)
    write_atomically(path, nbformat.writes(notebook).encode("utf-8"))


def clean(notebook):
    """Drop what must not be stored, in place."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = joined(output for output in cell.outputs if WIDGET not in output.get("data", {}))


def joined(outputs):
    """The outputs, with pieces of one printed text (they arrive as they are flushed) put together."""
    whole = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def main(paths):
    for path in find(paths):
        print(f"running {path}", flush=True)
        run(path)


if __name__ == "__main__":
    main(sys.argv[1:] or ["notebooks"])
