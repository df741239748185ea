"""Is everything there?"""

from tinygpt_lib.course import installation
from tinygpt_lib.course.stored import MODELS


def test_installation_check(monkeypatch, capsys):
    installation.check_installation()
    assert "NO" not in capsys.readouterr().out
    monkeypatch.setattr(installation, "PACKAGES", ("numpy", "no-such-package"))
    monkeypatch.setattr(installation, "MODELS", MODELS / "nowhere")
    installation.check_installation()
    lines = capsys.readouterr().out.splitlines()
    assert [("NO; " in line and "make lab" in line) for line in lines] == [False, True, False, True]
