"""What an exercise answers: `check.NAME(your_function)` says how it did, in words. A file a part of the course."""

from tinygpt_lib.course.check.attention import heads_mix, looks_ahead
from tinygpt_lib.course.check.conversations import (
    leave_one_out,
    needed_window,
    precision_recall,
    share_that_teaches,
    trained_mask,
    unknown_caught,
)
from tinygpt_lib.course.check.experiments import bits_per_byte, chance_in_a_row, lowest_loss, reorder, warm_cosine
from tinygpt_lib.course.check.foundations import (
    beam,
    checks_until_trained,
    decode,
    encode,
    fill,
    linear_backward,
    longest_copied_run,
    look_up,
    next_letter,
    smoothed,
    temper,
    weighted_cross_entropy,
)
from tinygpt_lib.course.check.gpt import numbers, one_row
from tinygpt_lib.course.check.original_sorting import powers, smallest_share
