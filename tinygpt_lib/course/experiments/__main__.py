"""All experiments of the course: `make results` runs them one at a time, `make results NAME=...` only one.

What is stored already is kept, so an interrupted run goes on where it stopped; a changed setting runs again.
"""

import sys

from tinygpt_lib.checks import choice
from tinygpt_lib.course.experiments import (
    alphabetize,
    attention,
    conversations,
    encodings,
    exams,
    ladder,
    network,
    original_runs,
    original_sorting,
    original_way,
    overfitting,
    padding,
    rates,
    refusals,
    reward,
    sorting_gpt,
    token_sizes,
    transformers,
    windows,
)
from tinygpt_lib.course.experiments.grid import run_grid

GRIDS = {
    **alphabetize.GRIDS,
    **attention.GRIDS,
    **original_sorting.GRIDS,
    **encodings.GRIDS,
    **exams.GRIDS,
    **padding.GRIDS,
    **rates.GRIDS,
    **windows.GRIDS,
    **token_sizes.GRIDS,
    **original_runs.GRIDS,
    **original_way.GRIDS,
    **network.GRIDS,
    **overfitting.GRIDS,
    **conversations.GRIDS,
    **refusals.GRIDS,
    **reward.GRIDS,
    **sorting_gpt.GRIDS,
    **ladder.GRIDS,
    **transformers.GRIDS,
}


def main(names):
    for name in names or GRIDS:
        run_grid(name, GRIDS[choice("NAME", name, GRIDS)])


if __name__ == "__main__":
    main(sys.argv[1:])
