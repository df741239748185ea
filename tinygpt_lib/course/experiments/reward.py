"""The experiments of notebook 11: learning from reward."""

import time

import numpy as np

from tinygpt_lib.chat import Answers, replies
from tinygpt_lib.course.assistant.sorting_reward import (
    ANSWER,
    EXAM,
    TRIES,
    assistant,
    fresh_labels,
    is_in_order,
    mean_reward,
    questions,
    right,
    same_letters,
    several,
    share_of_answer,
    share_of_places,
    sorted_exchanges,
    tried,
)
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.reward import above_mean, rewarded
from tinygpt_lib.training import train

REWARDS = {
    "right": right,
    "is in order": is_in_order,
    "same letters": same_letters,
    "share of answer": share_of_answer,
    "share of places": share_of_places,
}
WEIGHTS = {  # of rewards (Q, S)
    "right only": lambda rewards: rewards,
    "above mean": above_mean,
    "plus minus": lambda rewards: 2 * rewards - 1,
    "plus one": lambda rewards: rewards + 1,
}


def learnt(seed, teacher, reward="right", conversations=96, steps=1200, learning_rate=1e-3, schedule="linear",
           answers=128, samples=4, updates=1, every=50, many_tries=False):  # fmt: skip
    """An assistant goes on learning, from reward (teacher: a key of WEIGHTS) or from labels ("same", "fresh labels").

    A step trains on `answers` answers, or on as many labels. Measured at every check on held-out strings: "greedy",
    the share of right greedy answers, "reward", their mean reward (200 strings); "pass_1", "pass_8" and "entropy" (16
    samples for each of 100 strings). "start", "final": right greedy answers on 1,000 strings. "seconds": of processor
    time, without measuring. many_tries: pass@k at start and end for k of TRIES, 128 samples for each of 100
    strings (else the lists are empty).
    """
    model = assistant(seed, conversations)
    if teacher == "same labels":
        draw = Answers(model, sorted_exchanges(questions(np.random.default_rng([3, 1]), conversations)))
    elif teacher == "fresh labels":
        draw = fresh_labels(model)
    else:
        draw = rewarded(model, questions, REWARDS[reward], WEIGHTS[teacher], ANSWER, samples)
    run = {key: [] for key in ("step", "greedy", "reward", "pass_1", "pass_8", "entropy")}
    measuring = 0.0

    def measure(model, step):
        nonlocal measuring
        began = time.process_time()
        run["step"].append(step)
        pairs = list(zip(EXAM[:200], replies(model, EXAM[:200])))
        run["greedy"].append(np.mean([right(*pair) for pair in pairs]))
        run["reward"].append(np.mean([REWARDS[reward](*pair) for pair in pairs]))
        (once, eight), entropy = tried(model, EXAM[:100])
        for key, value in (("pass_1", once), ("pass_8", eight), ("entropy", entropy)):
            run[key].append(value)
        measuring += time.process_time() - began

    def examined(name):
        run[name] = mean_reward(model, EXAM)
        run[f"tries_{name}"] = tried(model, EXAM[:100], 128, TRIES)[0] if many_tries else []

    measure(model, 0)
    examined("start")
    began, measuring = time.process_time(), 0.0
    train(
        model, several(draw, updates), steps=steps, batch_size=answers * ANSWER, learning_rate=learning_rate,
        schedule=schedule, every=every, on_check=measure, seed=seed, progress=False,
    )  # fmt: skip
    run["seconds"] = time.process_time() - began - measuring
    examined("final")
    return run


SHORT = {"steps": 200, "schedule": "constant", "every": 20}
TWICE = {**SHORT, "learning_rate": 2e-3}
HOLES = {"teacher": "above mean", **SHORT}
SAMPLE = {"steps": 3, "every": 3}

GRIDS = {
    "reward_methods": Grid(
        "How far does reward alone lead an assistant that is right half of the time?",
        learnt,
        {
            "right only": {"teacher": "right only", "many_tries": True},
            "above mean": {"teacher": "above mean", "many_tries": True},
            "partly right": {"teacher": "above mean", "reward": "share of places", "many_tries": True},
            "same labels": {"teacher": "same labels"},
            "fresh labels": {"teacher": "fresh labels"},
        },
        seeds=5,
        sample={"teacher": "above mean", **SAMPLE},
        tolerance=0.1,
    ),
    "reward_collapse": Grid(
        "What makes learning from reward collapse?",
        learnt,
        {
            "above mean": {"teacher": "above mean", **SHORT},
            "plus minus": {"teacher": "plus minus", **SHORT},
            "plus one": {"teacher": "plus one", **SHORT},
            "right only, stale": {"teacher": "right only", "updates": 16, **SHORT},
            "above mean, stale": {"teacher": "above mean", "updates": 16, **SHORT},
            "right only, rate 0.002": {"teacher": "right only", **TWICE},
            "above mean, rate 0.002": {"teacher": "above mean", **TWICE},
            "fresh labels, rate 0.002": {"teacher": "fresh labels", **TWICE},
        },
        seeds=3,
        sample={"teacher": "plus minus", **SAMPLE},
        tolerance=0.1,
    ),
    "reward_holes": Grid(
        "Which holes in a reward does the model find?",
        learnt,
        {reward: {"reward": reward, **HOLES} for reward in REWARDS if reward != "right"},
        seeds=3,
        sample={"teacher": "above mean", "reward": "share of answer", **SAMPLE},
        tolerance=0.1,
    ),
    "reward_from_nothing": Grid(
        "What does an assistant that is never right learn from reward?",
        learnt,
        {
            f"{n} conversations, {reward}": {
                "teacher": "above mean", "reward": reward, "conversations": n, "steps": 400, "schedule": "constant"
            }
            for n, reward in ((5, "right"), (5, "share of places"), (0, "share of places"))
        },
        seeds=3,
        sample={"teacher": "above mean", "reward": "share of places", "conversations": 5, **SAMPLE},
        tolerance=0.1,
    ),
}  # fmt: skip
