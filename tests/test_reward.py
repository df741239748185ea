"""Learning from reward: drawn answers, their examples, and that reward follows the gradient it should."""

from itertools import product

import numpy as np
import pytest
from helpers import tiny

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, END, START, Answers, exchange, prompt
from tinygpt_lib.language_model import LanguageModel
from tinygpt_lib.loss import softmax
from tinygpt_lib.reward import above_mean, rewarded, sample_answers, try_out
from tinygpt_lib.training import train

TOK = Tokenizer.train("AB", max_token_length=1).with_special_tokens(CHAT_TOKENS)
END_ID, START_ID = TOK.special_ids[END], TOK.special_ids[START]


def chatting(**settings):
    return tiny(TOK, **{"context": 12, **settings})


def asked(text):
    return prompt(TOK, [{"role": "user", "content": text}])


class Scripted(LanguageModel):
    """A model that says what it is told, with certainty: answers (N, L) to prompts of P tokens."""

    tok, context, pad_id, padding = TOK, 14, TOK.pad_id, "after"

    def __init__(self, answers, before):
        self.answers, self.before = np.array(answers), before

    def logits(self, contexts):
        place = int((contexts[0] != self.pad_id).sum()) - self.before
        out = np.full((len(contexts), TOK.vocab_size), -100.0)
        out[np.arange(len(contexts)), self.answers[:, place]] = 100.0
        return out


# ---- answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["before", "after"])
def test_answers_are_drawn_with_the_models_probabilities(padding):
    model = chatting(padding=padding, seed=3)
    answers = sample_answers(model, [asked("AB")] * 4000, 2, np.random.default_rng(0))
    assert answers.shape == (4000, 2)
    first = np.bincount(answers[:, 0], minlength=TOK.vocab_size) / 4000
    assert np.abs(first - model.probabilities(asked("AB"))).max() < 0.03
    common = first.argmax()
    rows = answers[answers[:, 0] == common, 1]
    second = np.bincount(rows, minlength=TOK.vocab_size) / len(rows)
    assert np.abs(second - model.probabilities([*asked("AB"), common])).max() < 0.06


def test_the_same_generator_gives_the_same_answers():
    model = chatting()
    one, two = (sample_answers(model, [asked("A")] * 5, 3, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("padding", ["before", "after"])
def test_each_answer_is_drawn_from_one_number_a_token(padding):
    """One generator for all rows; as a loop."""
    model, prompts = chatting(padding=padding, dtype="float64"), [asked("AB"), asked("BA"), asked("BB")]
    answers, rng = sample_answers(model, prompts, 20, np.random.default_rng(2)), np.random.default_rng(2)
    for place in range(20):
        before = [[*ids, *answer[:place]] for ids, answer in zip(prompts, answers.tolist())]
        drawn = [int(np.searchsorted(model.probabilities(ids).cumsum(), rng.random(), "right")) for ids in before]
        assert drawn == answers[:, place].tolist()


# ---- examples ------------------------------------------------------------------------------------------------------


def test_examples_are_those_of_imitation():
    a, b = TOK.encode("AB")
    model = Scripted([[b, a, END_ID], [a, a, END_ID]], before=len(asked("AB")))
    rewards, contexts, targets, counts = try_out(
        model, ["AB"], lambda *pair: pair == ("AB", "BA"), 2, 3, np.random.default_rng(0)
    )
    library = Answers(model, [exchange("AB", "BA"), exchange("AB", "AA")])
    assert np.array_equal(contexts, library.contexts) and np.array_equal(targets, library.targets)
    assert rewards.tolist() == [[1, 0]] and counts.all()


@pytest.mark.parametrize(
    ("said", "text", "counted"),
    [
        ("A.B", "A", 2),  # an end, and more after it
        ("..A", "", 1),  # an empty answer
        ("A|B", "A", 2),  # any other special token ends an answer, too
        ("A#B", "A", 2),  # so does padding
        ("ABA", "ABA", 3),  # no end at all
    ],
)
def test_a_special_token_ends_an_answer(said, text, counted):
    ids = {".": END_ID, "|": START_ID, "#": TOK.pad_id, "A": TOK.encode("A")[0], "B": TOK.encode("B")[0]}
    heard = []
    model = Scripted([[ids[sign] for sign in said]], before=len(asked("AB")))
    place = iter(range(3))
    logits = model.logits
    model.logits = lambda contexts: logits(np.where(np.arange(14) < model.before + next(place), 0, TOK.pad_id)[None])
    _, _, targets, counts = try_out(model, ["AB"], lambda q, a: heard.append(a) or 1.0, 1, 3, np.random.default_rng(0))
    assert heard == [text] and counts.tolist() == [True] * counted + [False] * (3 - counted)
    assert targets.tolist() == [ids[sign] for sign in said]


def test_weights_are_made_of_rewards():
    model, judged = chatting(), []
    draw = rewarded(
        model,
        lambda rng, n: ["AB", "BA"][:n],
        lambda q, a: judged.append(len(judged)) or judged[-1] / 1.0,
        above_mean,
        3,
        4,
    )
    contexts, targets, weights = draw(np.random.default_rng(0), 2 * 4 * 3)
    assert contexts.shape == (24, 12) and targets.shape == weights.shape == (24,)
    expected = above_mean(np.arange(8.0).reshape(2, 4)).reshape(-1)
    per_answer = weights.reshape(8, 3)
    assert np.array_equal(per_answer[:, 0], expected)  # the first token counts always
    assert ((per_answer == expected[:, None]) | (per_answer == 0)).all()


BAD_TRIES = [
    ({"questions": "AB"}, "the questions must be a list of texts, not 'AB'"),
    ({"questions": 3}, "the questions must be a list of texts, not 3"),
    ({"questions": []}, "there are no questions, chat tokens included: ask one or more, of as many tokens each"),
    ({"questions": ["A", "AB"]}, "there are questions of 8 to 9 tokens, chat tokens included"),
    ({"questions": ["AB", None]}, "message 1, of the user, is None: it must be text"),
    ({"reward": lambda *pair: None}, r"the rewards must be numbers, one or more, with one axis, not \[None, None\]"),
    ({"reward": lambda *pair: "good"}, "the rewards must be numbers"),
    ({"reward": lambda *pair: [1.0, 2.0]}, "the rewards must be numbers"),
    ({"reward": lambda *pair: float("nan")}, "a reward is nan: it must be a finite number"),
    ({"reward": lambda *pair: -float("inf")}, "a reward is -inf"),
    ({"samples": 0}, "samples is 0: it must be a whole number of at least 1"),
    ({"samples": 1.5}, "samples is 1.5"),
    ({"length": 0}, "length is 0: it must be a whole number of at least 1"),
    ({"length": "3"}, "length is '3'"),
    ({"model": None}, "model is None: it must be a language model, such as a TinyGPT"),
]


@pytest.mark.parametrize(("wrong", "reason"), BAD_TRIES)
def test_bad_tries_are_refused(wrong, reason):
    good = {"model": chatting(), "questions": ["AB"], "reward": lambda *pair: 1.0, "samples": 2, "length": 3}
    with pytest.raises(ValueError, match=reason) as caught:
        try_out(**{**good, **wrong}, rng=np.random.default_rng(0))
    assert len(str(caught.value)) <= 300 and "\n" not in str(caught.value)


@pytest.mark.parametrize("prompts", [[[1, 2], [3]], [1, 2], [[1.5]], "AB", None, [[99]]])
def test_answers_to_what_is_no_prompt_are_refused(prompts):
    with pytest.raises(ValueError, match="prompts (must be whole-number token ids with 2|holds the id 99)"):
        sample_answers(chatting(), prompts, 2, np.random.default_rng(0))


def test_above_mean_adds_up_to_nothing_and_ignores_what_all_have_in_common():
    rewards = np.random.default_rng(0).random((5, 4))
    assert np.allclose(above_mean(rewards).sum(axis=1), 0)
    assert np.allclose(above_mean(rewards + 7), above_mean(rewards))


def test_the_mean_of_the_examples_gradients_is_that_of_the_mean_reward():
    """Every answer of two tokens, weighted by its probability: minus the loss's gradient is the mean reward's."""
    model = chatting(dtype="float64", seed=1)
    reward = np.random.default_rng(2).random((TOK.vocab_size, TOK.vocab_size))
    pairs = np.array(list(product(range(TOK.vocab_size), repeat=2)))

    def contexts(tokens):
        rows = [[*asked("AB"), *row][-model.context :] for row in tokens]
        return np.array([[model.pad_id] * (model.context - len(row)) + row for row in rows])

    def probabilities():
        first = softmax(model.logits(contexts([[]])))[0]
        second = softmax(model.logits(contexts([[id] for id in range(TOK.vocab_size)])))
        return first[:, None] * second

    p = probabilities()
    for baseline in (0, 0.4):
        weights = (p * (reward - baseline))[pairs[:, 0], pairs[:, 1]] * 2 * len(pairs)
        both = np.concatenate([contexts([[]] * len(pairs)), contexts(pairs[:, :1].tolist())])
        model.loss_and_gradients(both, np.concatenate([pairs[:, 0], pairs[:, 1]]), np.tile(weights, 2))
        value, gradient = model.network.linears[-1].W, model.network.linears[-1].dW.copy()
        for place in ((0, 0), (2, 3), (4, 1)):
            ends = []
            for step in (1e-5, -2e-5):
                value[place] += step
                ends.append((probabilities() * reward).sum())
            value[place] += 1e-5
            assert np.isclose(-gradient[place], (ends[0] - ends[1]) / 2e-5, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("weigh", [lambda rewards: rewards, above_mean])
def test_reward_alone_teaches(weigh):
    """Asked A it is to say B, asked B to say A."""
    model = chatting(hidden=(32,), embedding_size=8, padding="after")
    ask = lambda rng, n: ["AB"[i] for i in rng.integers(0, 2, n)]
    reward = lambda question, answer: float(question + answer in ("AB", "BA"))
    draw = rewarded(model, ask, reward, weigh, 2, 16)
    train(model, draw, steps=100, batch_size=8 * 16 * 2, learning_rate=3e-3, progress=False)
    assert try_out(model, ["A", "B"], reward, 100, 2, np.random.default_rng(0))[0].mean(axis=1).min() > 0.7
