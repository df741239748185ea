"""What the assistant is made of: the facts, words and names of its questions, its base, its fine-tuning, its judge.

Experiments on it do not belong here, nor what the core already teaches of conversations and reward.
"""

from tinygpt_lib.course.assistant import facts, phrasings
from tinygpt_lib.course.assistant.base import base_ids, conversations
from tinygpt_lib.course.assistant.facts import names
from tinygpt_lib.course.assistant.judge import FORMS_HELD_OUT, MISTAKES, Judge, draw_pair, precision_recall
from tinygpt_lib.course.assistant.refusals import (
    FALSE_SHARES,
    asked,
    caught,
    entropies,
    exam,
    first_token,
    invented_names,
    learn,
    of_set,
    outcomes,
    refusing,
    taught,
)
from tinygpt_lib.course.assistant.sorting import answered, step_by_step
from tinygpt_lib.course.assistant.tuning import TRAINING, fine_tune, load_base, right_answers, with_chat_tokens
