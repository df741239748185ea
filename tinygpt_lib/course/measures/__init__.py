"""How good a result is, and how sure: figures of a text or of a few runs. Nothing that trains belongs here."""

from tinygpt_lib.course.measures.ceilings import bits_per_byte, ceiling, lowest_loss
from tinygpt_lib.course.measures.families import family_interval
from tinygpt_lib.course.measures.intervals import mean_and_interval
from tinygpt_lib.course.measures.kneser_ney import KneserNey
from tinygpt_lib.course.measures.originality import (
    copied_pieces,
    copied_share,
    invented_words,
    longest_copied_run,
    words,
)
