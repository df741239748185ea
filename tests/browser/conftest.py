"""JupyterLab as `make lab` starts it, and a browser to open it in.

The notebooks that it shows are copies. The server has a settings folder of its own, so that neither the tests nor the
person who runs them changes what the other sees.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from browser.notebook import Notebook

from tinygpt_lib.course.stored import DATA, NOTEBOOKS

ROOT = NOTEBOOKS.parent
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
START_SECONDS = 120
pictures = pytest.StashKey()


def without(what):
    """Skip, and say what is missing; where a browser is a must (`.ci/run`), fail."""
    (pytest.fail if os.environ.get("TINYGPT_NEEDS_BROWSER") else pytest.skip)(what)


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium, without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        without("Playwright for Python is not installed: `make browser` makes an environment that has it")
    chromium = shutil.which("chromium")
    if not chromium:
        without("there is no chromium: get it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with a copy of the notebooks, and what they need beside them."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "data").symlink_to(DATA)
    return folder


@pytest.fixture(scope="session")
def lab(browser, folder, tmp_path_factory):
    """The running server: its `url`, `token` and `port`. It asks for the browser first, to be skipped without one."""
    own = tmp_path_factory.mktemp("jupyter")
    rooms = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    rooms = {name: str(own / name) for name in (*rooms, "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")}
    write_settings(Path(rooms["JUPYTERLAB_SETTINGS_DIR"]))
    flags = "--no-browser --LabApp.expose_app_in_browser=True" + " --allow-root" * (os.getuid() == 0)
    # `-o install`: the environment that runs the tests is there already.
    command = ["make", "-f", str(ROOT / "Makefile"), "-o", "install", "lab", f"VENV={sys.prefix}", f"LAB_FLAGS={flags}"]
    log = own / "log"
    with log.open("w") as file:
        settings = {**os.environ, **rooms, "JUPYTER_PREFER_ENV_PATH": "1"}
        server = subprocess.Popen(command, cwd=folder, env=settings, stdout=file, stderr=file, start_new_session=True)
    try:
        yield SimpleNamespace(**started(server, Path(rooms["JUPYTER_RUNTIME_DIR"]), log))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def write_settings(folder):
    """No question about news, which would hide what is behind it in the pictures."""
    (folder / "@jupyterlab" / "apputils-extension").mkdir(parents=True)
    file = folder / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    file.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")


def started(server, runtime, log) -> dict:
    """What the server wrote about itself once it answers."""
    for _ in range(START_SECONDS * 4):
        for file in runtime.glob("jpserver-*.json"):
            if "is running at" in log.read_text(encoding="utf-8"):
                return json.loads(file.read_text(encoding="utf-8"))
        if server.poll() is not None:
            break
        time.sleep(0.25)
    pytest.fail("make lab did not start:\n" + log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def picture_folder(request, tmp_path_factory):
    """Where the pictures go: for a person, who is told at the end."""
    wanted = os.environ.get("TINYGPT_PICTURES")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    request.config.stash[pictures] = folder
    return folder


def pytest_terminal_summary(terminalreporter, config):
    if pictures in config.stash:
        terminalreporter.write_line(f"pictures: {config.stash[pictures]}")


@pytest.fixture
def open_notebook(browser, lab, folder, picture_folder):
    """A function that opens a notebook by its path below `notebooks`; or one of these cells, written under that name.

    At the end of the test no console error may have appeared and no request may have tried to leave the machine.
    """
    opened = []

    def open_notebook(name, cells=None):
        if cells:
            made = {"cells": [code(n, cell) for n, cell in enumerate(cells)], "metadata": KERNEL}
            made |= {"nbformat": 4, "nbformat_minor": 5}
            (folder / "notebooks" / name).write_text(json.dumps(made), encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 1400})
        opened.append(Notebook(context.new_page(), lab, name, picture_folder))
        return opened[-1]

    yield open_notebook
    complaints = []
    for notebook in opened:
        complaints += notebook.complaints
        notebook.shut_down()
    assert complaints == []


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}


def code(n, source) -> dict:
    """A code cell as a notebook file holds it."""
    return {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": source, "outputs": []} | {
        "execution_count": None
    }
