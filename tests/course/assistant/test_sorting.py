"""Sorting as a conversation."""

import pytest

from tinygpt_lib.chat import render
from tinygpt_lib.course.assistant import sorting


@pytest.mark.parametrize("task", sorting.TASKS)
@pytest.mark.parametrize("working", sorting.WORKINGS)
def test_every_way_of_answering_fits_and_is_judged_right(task, working, monkeypatch, rng):
    strings = sorting.random_questions(rng, 20, 12)
    conversations = sorting.sorting_conversations(strings, task, working)
    lengths = [len(render(sorting.SORTING_TOK, messages, sorting.window_for(12)).ids) for messages in conversations]
    assert max(lengths) <= sorting.window_for(12) + 1
    assert working == "at once" or max(lengths) == sorting.window_for(12) + 1
    said = [sorting.answered(string, task, working) for string in strings]
    monkeypatch.setattr(sorting, "replies", lambda model, strings: said)
    assert sorting.share_right(None, strings, task, working) == (1, 1)
    said[0] = said[0][:-1] + "x"
    assert sorting.share_right(None, strings, task, working) == (0.95, 1)
    if working != "at once":
        said[1] = "x" + said[1]
        assert sorting.share_right(None, strings, task, working) == (0.95, 0.95)
