"""The stored conversations come out of the code again."""

from tinygpt_lib.course.assistant.facts import KINDS
from tinygpt_lib.course.make import conversations
from tinygpt_lib.course.stored import CONVERSATIONS

GENERATED = [*KINDS, *(f"{kind}_held_out" for kind in KINDS), "names"]
HAND_WRITTEN = ["small_talk", "small_talk_held_out"]


def test_the_files_come_out_again_byte_for_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(conversations, "CONVERSATIONS", tmp_path)
    conversations.main()
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(GENERATED)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (CONVERSATIONS / path.name).read_bytes(), path.name


def test_nothing_else_is_stored():
    assert sorted(path.name for path in CONVERSATIONS.iterdir()) == sorted(
        f"{name}.jsonl" for name in [*GENERATED, *HAND_WRITTEN]
    )
