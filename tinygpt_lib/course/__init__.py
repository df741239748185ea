"""The teaching aids, a room a use. Each room may import only those below it, and the core.

    check         what an exercise answers
    make          what writes the stored files: models, conversations, the notebooks' outputs
    experiments   what an experiment runs, and its stored results
    assistant     what the assistant is made of: facts, phrasings, base, fine-tuning, judge, refusals, sorting
    measures      how good a result is: intervals, ceilings, originality
    show          what a page shows: figures, coloured tokens, panels

`stored` reads what lies in data, `installation` says what is missing.
"""

from tinygpt_lib.course.stored import MODELS, model_facts, original_results
