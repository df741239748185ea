"""What an experiment runs, a file a page, and the stored results. What two pages share of a run belongs here, too."""

from tinygpt_lib.course.experiments.grid import command, load, values
