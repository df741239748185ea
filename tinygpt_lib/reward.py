"""Learning from reward: the model answers, a function says how good each answer is, training follows its judgement."""

import numpy as np

from tinygpt_lib.chat import prompt
from tinygpt_lib.loss import softmax
from tinygpt_lib.windows import pad_contexts


def sample_answers(model, prompts, length, rng):
    """Draw `length` tokens after each of many prompts at once: (N, P) ids -> (N, length) ids.

    Each row draws from the model's own probabilities, as `draw_token` does, and goes on after an answer's end.
    """
    ids = np.array(prompts)
    for _ in range(length):
        logits = model.logits(pad_contexts(ids, model.context, model.pad_id, model.padding))  # (N, V)
        p = softmax(logits).cumsum(axis=1)
        # The first token whose cumulated probability passes the random number.
        ids = np.column_stack([ids, (p > rng.random((len(ids), 1)) * p[:, -1:]).argmax(axis=1)])
    return ids[:, -length:]


def try_out(model, questions, reward, samples, length, rng):
    """Answer each of Q questions S times, judge the answers, and cut them into training examples.

    questions: texts of as many tokens each. reward(question, answer) -> a number. length: of an answer in tokens, its
    end included; any special token ends it. Returns rewards (Q, S), contexts (Q*S*length, T), targets
    (Q*S*length,) and which of these count: not those after an answer's end.
    """
    asked = [prompt(model.tok, [{"role": "user", "content": text}]) for text in questions for _ in range(samples)]
    answers = sample_answers(model, asked, length, rng)  # (Q*S, length)
    special = np.isin(answers, list(model.tok.special_ids.values()))
    stops = special.cumsum(axis=1)  # special tokens so far: 0 in the answer, 1 at its end, which counts, too
    texts = [model.tok.decode(ids[stop == 0]) for ids, stop in zip(answers, stops)]
    rewards = np.reshape([reward(questions[i // samples], text) for i, text in enumerate(texts)], (-1, samples))
    contexts = [ids[: place - length] for ids in np.hstack([asked, answers]) for place in range(length)]
    contexts = pad_contexts(contexts, model.context, model.pad_id, model.padding)
    return rewards, contexts, answers.reshape(-1), (stops == special).reshape(-1)


def above_mean(rewards):
    """How much better each answer is than the mean of all answers to its question: (Q, S) -> (Q, S)."""
    return rewards - rewards.mean(axis=1, keepdims=True)


def rewarded(model, ask, reward, weigh, length, samples=4):
    """A draw of training examples from the model's own answers to the questions ask(rng, n), for `train`.

    weigh: rewards (Q, S) -> weights (Q, S), such as `above_mean`. Its batches are multiples of samples x length.
    """

    def draw(rng, n):
        questions = ask(rng, n // (samples * length))
        rewards, contexts, targets, counts = try_out(model, questions, reward, samples, length, rng)
        return contexts, targets, weigh(rewards).repeat(length) * counts

    return draw
