"""Learning from reward: the model answers, a function says how good each answer is, training follows its judgement."""

import numpy as np

from tinygpt_lib.chat import prompt
from tinygpt_lib.loss import softmax
from tinygpt_lib.windows import pad_contexts


def sample_answers(model, prompts, rng, temperature=1.0):
    """Go on from many prompts at once, to the window's end: (N, P) ids -> (N, context + 1 - P) ids.

    temperature 0 takes the most probable token each time. What stands after a special token is no part of an answer.
    """
    ids = np.array(prompts)
    for _ in range(model.context + 1 - ids.shape[1]):
        logits = model.logits(pad_contexts(ids, model.context, model.pad_id, model.padding))
        logits[:, model.tok.pad_id] = -np.inf
        if temperature:
            p = softmax(logits / temperature).cumsum(axis=1)  # (N, V): draw_token, for each row
            drawn = (p > rng.random((len(ids), 1)) * p[:, -1:]).argmax(axis=1)
        else:
            drawn = logits.argmax(axis=1)
        ids = np.column_stack([ids, drawn])
    return ids[:, np.shape(prompts)[1] :]


def above_mean(rewards):
    """How much better each answer is than the mean of all answers to its question: (Q, S) -> (Q, S)."""
    return rewards - rewards.mean(axis=1, keepdims=True)


class Rewarded:
    """Draws training examples from the model's own answers, weighted by what they were worth.

    ask(rng, n) -> n questions of the same length. reward(question, answer) -> a number, both are texts. weigh: from
    rewards (Q, S) to weights, None: the rewards themselves, so that 1 for right and 0 for wrong trains on the right
    answers only. samples: S, answers to each question. updates: training steps between two rounds of answers.
    """

    def __init__(self, model, ask, reward, weigh=None, samples=4, updates=1):
        self.model, self.ask, self.reward, self.weigh = model, ask, reward, weigh
        self.samples, self.updates = samples, updates
        self.rewards, self.batches = [], []  # the mean reward of each round so far; batches not used yet

    def __call__(self, rng, n):
        """About n examples: contexts (n, T), targets (n,), weights (n,); those after an answer's end weigh 0."""
        if not self.batches:
            self.batches = self.round(rng, n * self.updates)
        return self.batches.pop()

    def round(self, rng, n):
        """Ask, answer, judge; the examples of all answers as `updates` batches."""
