"""The table of what was tried, after the tests."""

from attacks import TRIED


def pytest_terminal_summary(terminalreporter):
    if TRIED:
        terminalreporter.write_line("")
        terminalreporter.write_line(f"{'what':<58} {'tried':>8} {'survived':>8}")
        for what, (tried, survived) in TRIED.items():
            terminalreporter.write_line(f"{what:<58} {tried:>8,} {survived:>8,}")
