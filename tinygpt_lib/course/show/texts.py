"""Printed text that fits into a narrow window."""

import textwrap

from tinygpt_lib.checks import text as a_text

WIDTH = 90  # characters of a printed line that a narrow window still shows whole


def print_wrapped(text):
    """Print a text, each of its lines broken between words where it has more than WIDTH characters."""
    for line in a_text("the text", text).split("\n"):
        print(textwrap.fill(line, WIDTH, subsequent_indent="    "))
