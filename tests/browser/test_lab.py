"""The server that `make lab` starts: for the person at this machine only."""

import socket
import urllib.error
import urllib.request

import pytest


def status(url) -> tuple:
    """The status that the server answers with, and where it led."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as error:
        return error.code, error.url


def test_nothing_is_shown_without_the_token(lab):
    assert len(lab.token) >= 32
    assert status(f"{lab.url}api/contents?token={lab.token}")[0] == 200
    assert status(f"{lab.url}api/contents")[0] == 403
    assert status(f"{lab.url}api/contents?token={'0' * len(lab.token)}")[0] == 403
    assert "/login" in status(f"{lab.url}lab")[1]


def test_only_this_machine_can_reach_it(lab):
    socket.create_connection(("127.0.0.1", lab.port), timeout=5).close()
    # All of 127.0.0.0/8 is this machine: whoever listens on every address answers here, too.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", lab.port), timeout=5)


def test_the_first_notebook_opens_and_runs(open_notebook):
    notebook = open_notebook("00_start_here.ipynb")
    notebook.start_all()
    notebook.wait_for_all()
    assert notebook.not_run() == [] and notebook.errors() == []
    notebook.picture("end")
