"""All experiments of the course: `make results` runs them one at a time, `make results NAME=...` only one.

What is stored already is kept, so an interrupted run goes on where it stopped; a changed setting runs again.
"""

import sys

from tinygpt_lib.checks import choice
from tinygpt_lib.course import (
    grids_alphabetize,
    grids_chat,
    grids_encodings,
    grids_network,
    grids_refusals,
    grids_reward,
    grids_seed_runs,
    grids_windows,
)
from tinygpt_lib.course.grid import run_grid

GRIDS = {
    **grids_alphabetize.GRIDS,
    **grids_encodings.GRIDS,
    **grids_windows.GRIDS,
    **grids_seed_runs.GRIDS,
    **grids_network.GRIDS,
    **grids_chat.GRIDS,
    **grids_refusals.GRIDS,
    **grids_reward.GRIDS,
}


def main(names):
    for name in names or GRIDS:
        run_grid(name, GRIDS[choice("NAME", name, GRIDS)])


if __name__ == "__main__":
    main(sys.argv[1:])
