"""Learning from reward: the model answers, a function says how good each answer is, training follows its judgement."""

import numpy as np

from tinygpt_lib.chat import prompt
from tinygpt_lib.checks import a_function, a_generator, a_model, listed, numbers, real_numbers, token_ids, whole_number
from tinygpt_lib.generation import draw_tokens
from tinygpt_lib.loss import softmax


def sample_answers(model, prompts, length, rng):
    """Draw `length` tokens after each of many prompts at once: (N, P) ids -> (N, length) ids.

    Each row draws from the model's own probabilities, as `draw_token` does, and goes on after an answer's end.
    """
    ids = token_ids("prompts", prompts, a_model(model).tok.vocab_size, dimensions=2)
    reading, drawn = model.reading(ids), []
    for place in range(whole_number("length", length, 1)):
        if place:
            reading.add(drawn[-1])
        drawn.append(draw_tokens(softmax(reading.logits()), rng.random(len(ids))))
    return np.column_stack(drawn)  # length of (N,) -> (N, length)


def try_out(model, questions, reward, samples, length, rng):
    """Answer each of Q questions S times, judge the answers, and cut them into training examples.

    questions: texts of as many tokens each. reward(question, answer) -> a number. length: of an answer in tokens, its
    end included; any special token ends it. Returns rewards (Q, S), contexts and targets as `model.examples` makes
    them of the answers' tokens, and which targets count: not those after an answer's end. For a TinyGPT these are
    (Q*S*length, T), (Q*S*length,) and (Q*S*length,), for a GPT (Q*S, T) each.
    """
    tok, questions = a_model(model).tok, listed("the questions", questions, "texts")
    reward, rng = a_function("reward", reward), a_generator(rng)
    asked = [prompt(tok, [{"role": "user", "content": text}]) for text in questions]
    if len(sizes := set(map(len, asked))) != 1:
        lengths = f"questions of {min(sizes)} to {max(sizes)} tokens" if sizes else "no questions"
        raise ValueError(f"there are {lengths}, chat tokens included: ask one or more, of as many tokens each")
    asked = np.repeat(asked, whole_number("samples", samples, 1), axis=0)  # (Q, P) -> (Q*S, P)
    answers = sample_answers(model, asked, length, rng)  # (Q*S, length)
    special = np.isin(answers, list(tok.special_ids.values()))
    stops = special.cumsum(axis=1)  # special tokens so far: 0 in the answer, 1 at its end, which counts, too
    texts = [tok.decode(ids[stop == 0]) for ids, stop in zip(answers, stops)]
    rewards = real_numbers("the rewards", [reward(questions[i // samples], text) for i, text in enumerate(texts)])
    if not np.isfinite(rewards).all():
        raise ValueError(f"a reward is {rewards[~np.isfinite(rewards)][0]}: it must be a finite number")
    texts, own = np.hstack([asked, answers]), np.zeros((len(asked), asked.shape[1] + length))
    own[:, asked.shape[1] :] = 1
    contexts, targets, counts = model.examples(texts, own, np.hstack([0 * asked, stops == special]))
    return rewards.reshape(-1, samples), contexts, targets, counts.astype(bool)


def above_mean(rewards):
    """How much better each answer is than the mean of all answers to its question: (Q, S) -> (Q, S)."""
    rewards = numbers("rewards", rewards, None, None)
    if rewards.size == 0:
        raise ValueError("there are no rewards: give at least one")
    return rewards - rewards.mean(axis=1, keepdims=True)


def rewarded(model, ask, reward, weigh, length, samples=4):
    """A draw of training examples from the model's own answers to the questions ask(rng, n), for `train`.

    weigh: rewards (Q, S) -> weights (Q, S), such as `above_mean`. Its batches are multiples of samples x length.
    """

    def draw(rng, n):
        questions = ask(rng, n // (samples * length))
        rewards, contexts, targets, counts = try_out(model, questions, reward, samples, length, rng)
        weights = weigh(rewards).reshape(-1, 1) * counts.reshape(rewards.size, -1)  # an answer's, at each of its tokens
        return contexts, targets, weights.reshape(targets.shape)

    return draw
