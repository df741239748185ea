"""What every language model does, whatever is inside: the same tests for a TinyGPT and for a GPT."""

import math

import numpy as np
import pytest
from conftest import RHYME
from helpers import LETTERS, interrupt, random_ids, same, tiny, tiny_gpt, weights

from tinygpt_lib.alphabetize import letters, train_to_sort
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, answer_ids, exchange, mixed, prompt, replies, reply
from tinygpt_lib.generation import generate, sample
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.reward import above_mean, rewarded, sample_answers, try_out
from tinygpt_lib.training import train
from tinygpt_lib.transformer import GPT
from tinygpt_lib.windows import PADDINGS, pad_contexts

IDS = random_ids(50)
CHAT = Tokenizer.train("AB", max_token_length=1).with_special_tokens(CHAT_TOKENS)
KINDS = {TinyGPT: tiny, GPT: tiny_gpt}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.fixture
def make(kind):
    """What makes an untrained model of this kind."""
    return KINDS[kind]


@pytest.fixture(scope="module")
def rhymers():
    """A model of each kind that has learnt a rhyme; tests must not change them."""
    tok = Tokenizer.train(RHYME, max_token_length=1)
    models = {
        TinyGPT: tiny(tok, context=8, embedding_size=4, hidden=(24,)),
        GPT: tiny_gpt(tok, context=16, width=24, layers=1),
    }
    for model in models.values():
        train(model, tok.encode(RHYME * 4), steps=150, batch_size=128, learning_rate=1e-2, progress=False)
    return models


@pytest.fixture
def rhymer(rhymers, kind):
    return rhymers[kind]


def run(model, data=IDS, **settings):
    """A short, quiet training run."""
    return train(model, data, **{"steps": 8, "batch_size": 16, "every": 3, "progress": False, **settings})


# ---- what it is --------------------------------------------------------------------------------------------------


def test_it_has_what_the_others_use(kind, make):
    model = make(padding="after", seed=2)
    assert (model.context, model.padding, model.pad_id, model.tok) == (3, "after", 7, LETTERS)
    assert model.settings["seed"] == 2 and model.FORMAT.startswith("tinygpt ")
    assert model.size == sum(value.size for value in weights(model))
    assert all(value.shape == gradient.shape for value, gradient in model.parameters())
    shapes = kind._shapes(model.settings, LETTERS.vocab_size)
    assert [value.shape for value in weights(model)] == shapes


def test_same_seed_same_first_weights(make):
    assert same(weights(make(seed=1)), weights(make(seed=1)))
    assert not same(weights(make(seed=1)), weights(make(seed=2)))


@pytest.mark.parametrize("dtype", ["float32", "float64", np.float32, np.dtype("float64")])
def test_everything_has_the_dtype_asked_for(make, dtype, rng):
    model = make(dtype=dtype, dropout=0.5)
    model.loss_and_gradients([[1, 2, 3], [7, 1, 2]], [4, 5], [0.5, 1.0], rng)
    arrays = [array for pair in model.parameters() for array in pair]
    reading = model.reading([[1, 2], [3]])
    reading.add(np.array([1, 2]))
    found = {array.dtype for array in (*arrays, model.logits([[1, 2, 3]]), reading.logits())}
    assert found == {np.dtype(dtype)} and model.settings["dtype"] == np.dtype(dtype).name


# ---- predicting --------------------------------------------------------------------------------------------------


def test_logits_of_a_batch_are_those_of_its_rows_and_belong_to_the_caller(make):
    model, contexts = make(dtype="float64"), random_ids(30).reshape(10, 3)
    logits = model.logits(contexts)
    rows = [model.logits(contexts[i : i + 1])[0] for i in range(10)]
    model.loss_and_gradients([[0, 1, 0]], [2])
    np.testing.assert_allclose(logits, rows, rtol=1e-12)
    assert logits.shape == (10, 8) and model.logits(np.zeros((0, 3), int)).shape == (0, 8)


@pytest.mark.parametrize("padding", PADDINGS)
def test_probabilities_pad_and_cut_their_ids(make, padding):
    model = make(padding=padding)
    p = model.probabilities([1, 2])
    np.testing.assert_allclose(
        p, softmax(model.logits([[7, 1, 2]] if padding == "before" else [[1, 2, 7]])[0]), rtol=1e-5
    )
    assert p.sum() == pytest.approx(1)
    np.testing.assert_array_equal(model.probabilities([5, 6, 1, 2, 3]), model.probabilities([1, 2, 3]))
    np.testing.assert_array_equal(make(pad_id=0).probabilities([1, 2]), make(pad_id=0).probabilities([0, 1, 2]))


@pytest.mark.parametrize("context", [1, 2, 3])
@pytest.mark.parametrize("padding", PADDINGS)
def test_evaluate_after_so_many_tokens_equals_a_loop(make, context, padding):
    model, surprises, hits = make(padding=padding), [], []
    for end in range(context, len(IDS)):
        p = model.probabilities(IDS[end - context : end])
        surprises.append(-np.log(p[IDS[end]]))
        hits.append(p.argmax() == IDS[end])
    result = model.evaluate(IDS, context)
    assert result.loss == pytest.approx(np.mean(surprises), rel=1e-5)
    assert result.accuracy == pytest.approx(np.mean(hits))


def test_a_batchs_loss_is_that_of_its_examples(make, rng):
    """And evaluate_batches counts every example alike, however they are cut into batches."""
    model, contexts, targets = make(dtype="float64"), random_ids(30).reshape(10, 3), random_ids(10, seed=1)
    p = softmax(model.logits(contexts))[np.arange(10), targets]
    shares = rng.random(10)
    loss, right = model.loss_and_gradients(contexts, targets)
    assert loss == pytest.approx(-np.log(p).mean(), rel=1e-12)
    assert right == (model.logits(contexts).argmax(axis=1) == targets).sum()
    assert model.loss_and_gradients(contexts, targets, shares)[0] == pytest.approx((-np.log(p) * shares).mean())
    result = model.evaluate_batches([(contexts[:3], targets[:3]), (contexts[3:], targets[3:])])
    assert result.loss == pytest.approx(loss, rel=1e-12) and result.accuracy == right / 10


def test_loss_is_what_evaluate_measures_by_the_exam(make):
    model = make()
    assert model.loss(IDS) == model.evaluate(IDS).loss == model.evaluate_batches(model.exam(IDS)).loss
    some = [np.asarray(targets) for _, targets in model.exam(IDS, 12)]
    assert 10 <= sum((targets >= 0).sum() for targets in some) <= 14
    assert model.evaluate_batches(model.exam(IDS, 12)).loss == pytest.approx(model.loss(IDS), rel=0.3)


@pytest.mark.parametrize("padding", PADDINGS)
def test_examples_of_texts_ask_for_what_is_asked(make, padding):
    """And weigh it as they are told: the mean over all of them is that of single contexts."""
    model, texts = make(dtype="float64", padding=padding), [[1, 2, 3, 4, 5, 6, 0], [3, 3, 2]]
    asked, shares = [[0, 1, 0, 1, 0, 0, 1], [0, 0, 1]], [[9, 0.5, 9, 1, 9, 9, 2], [9, 9, 3]]
    for weight, expected in ((None, [1] * 4), (shares, [0.5, 1, 2, 3])):
        contexts, targets, found = model.examples(texts, asked, weight)
        assert np.shape(found) == np.shape(targets) and contexts.shape[1] == 3
        flags = targets >= 0
        assert sorted(zip(targets[flags], found[flags])) == sorted(zip([2, 4, 0, 2], expected))


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"context": 0}, "context is 0: it must be a whole number "),
        ({"context": True}, "context is True"),
        ({"padding": "left"}, "padding is 'left': choose one of 'before', 'after'"),
        ({"pad_id": 8}, "pad_id is 8: it must be a whole number from 0 to 7"),
        ({"dropout": 1.0}, "dropout is 1.0: it must be a number of at least 0 and at most 0.99"),
        ({"dtype": "float16"}, "dtype is 'float16': choose one of 'float32', 'float64'"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_settings_are_refused(make, settings, reason):
    with pytest.raises(ValueError, match=reason):
        make(**settings)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda model: model.logits([[1, 2, 8]]), "contexts holds the id 8: ids go from 0 to 7"),
        (lambda model: model.logits([[1, 2]]), "contexts have 2 tokens a row: this model's window is 3"),
        (lambda model: model.logits([1, 2, 3]), "contexts must be whole-number token ids with 2 ax"),
        (lambda model: model.probabilities([]), "there are no ids to go on from"),
        (lambda model: model.probabilities("abc"), "ids must be whole-number token ids"),
        (lambda model: model.evaluate([]), "the text has 0 tokens: to predict after"),
        (lambda model: model.evaluate([1, 2, 3, 99]), "the text holds the id 99"),
        (lambda model: model.evaluate(IDS, context=4), "context is 4: it must be a whole number from 1 to 3"),
        (lambda model: model.evaluate(IDS, context=0), "context is 0"),
        (lambda model: model.evaluate_batches([]), "there are no batches to measure on"),
        (lambda model: model.exam(IDS, 0), "most is 0: it must be a whole number from 1 to 1000000"),
        (lambda model: model.exam([1], 5), "the text has 1 tokens: to predict after"),
        (lambda model: model.examples([[1, 2]], [[0]]), r"asked is \[\[0\]\]: it must hold a list for each text"),
        (lambda model: model.examples([[1, 2]], [[0, 1]], [[1]]), r"weights is \[\[1\]\]: it must hold a list"),
        (lambda model: model.examples([1, 2], [0, 1]), r"texts is \[1, 2\]: it must hold a list for each text"),
        (lambda model: model.examples([], []), r"texts is \[\]: it must hold a list for each text"),
        (lambda model: model.examples([[0.5]], [[1]]), "texts must be whole-number token ids"),
        (lambda model: model.loss_and_gradients([[1, 2, 3]], [8]), "targets holds the id 8"),
        (lambda model: model.loss_and_gradients([[1, 2, 3]], [4], [1, 2]), r"weights has the shape \(2,\)"),
        (lambda model: model.loss_and_gradients([[1, 2, 3]], [4], rng=3), "rng is 3: it must be a generator"),
        (lambda model: model.grow(Tokenizer.train("xyz")), "grow takes this model's own tokenizer with special tokens"),
    ],
)
def test_what_makes_no_sense_is_refused(make, use, reason):
    model = make()
    with pytest.raises(ValueError, match=reason):
        use(model)


# ---- training ----------------------------------------------------------------------------------------------------


def test_training_teaches_a_rhyme_and_generation_knows_it(rhymer):
    assert rhymer.loss(rhymer.tok.encode(RHYME)) < 0.5
    assert generate(rhymer, "the rat ran", 10, temperature=0) == "the rat ran from the "


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.5}])
def test_same_seed_same_weights(make, settings):
    models = [make(**settings) for _ in range(3)]
    first, second, _ = (run(model, seed=seed, weight_decay=0.1) for model, seed in zip(models, (4, 4, 5)))
    assert same(weights(models[0]), weights(models[1])) and first.loss == second.loss
    assert not same(weights(models[0]), weights(models[2]))


def test_dropout_acts_in_training_and_nowhere_else(make):
    dropping, whole = make(dropout=0.5), make(dropout=0.0)
    assert np.array_equal(dropping.logits([[1, 2, 3]]), whole.logits([[1, 2, 3]]))
    run(dropping), run(whole)
    assert not same(weights(dropping), weights(whole))


def test_a_batch_counts_targets(make):
    """A model that learns at every place draws whole windows: as many targets, at most a window's more."""
    history = run(make(), steps=5, batch_size=16, every=1)
    per_step = np.diff([0, *history.examples])
    assert (per_step >= 16).all() and (per_step < 19).all()
    assert all(0 <= accuracy <= 1 for accuracy in history.accuracy)


def test_validation_is_the_exam_and_changes_no_training(make):
    valid = random_ids(40, seed=1)
    with_valid, without = make(), make()
    history = run(with_valid, valid_ids=valid)
    run(without)
    assert history.valid_loss[-1] == pytest.approx(with_valid.evaluate_batches(with_valid.exam(valid, 8192)).loss)
    assert same(weights(with_valid), weights(without))


@pytest.mark.parametrize("windows", ["random", "wrap", "chunks", "sequential"])
@pytest.mark.parametrize("padding", PADDINGS)
def test_every_way_of_drawing_teaches(make, windows, padding):
    model = make(padding=padding)
    before = model.loss(IDS[:9])
    run(model, IDS[:9], steps=60, learning_rate=1e-2, windows=windows, min_context=2)
    assert model.loss(IDS[:9]) < before


def test_an_interrupt_ends_after_its_step(make, capsys):
    model, whole = make(), make()
    history = run(model, steps=100, on_check=lambda model, step: step == 6 and interrupt(), schedule="constant")
    run(whole, steps=6, schedule="constant")
    assert history.ended == "interrupted" and same(weights(model), weights(whole))
    assert "Interrupted after step 6" in capsys.readouterr().out


# ---- writing -----------------------------------------------------------------------------------------------------


def test_greedy_is_the_most_probable_token_each_time(rhymer):
    ids = rhymer.tok.encode("the c")
    expected = list(ids)
    for _ in range(3):  # as far as the window goes
        expected.append(int(rhymer.probabilities(expected).argmax()))
    assert generate(rhymer, ids, 3, temperature=0) == expected
    assert generate(rhymer, "the c", 3, temperature=0) == rhymer.tok.decode(expected)


@pytest.mark.parametrize("prompt", ["the ", [1, 2, 3]])
def test_a_stream_is_the_same_text_bit_by_bit(rhymer, prompt):
    whole = generate(rhymer, prompt, 50, temperature=2.0, seed=3)
    pieces = list(generate(rhymer, prompt, 50, temperature=2.0, seed=3, stream=True))
    assert len(pieces) == 50
    assert ("".join(pieces) if isinstance(prompt, str) else pieces) == whole[len(prompt) :]
    assert whole != generate(rhymer, prompt, 50, temperature=2.0, seed=4)


def test_each_of_many_prompts_goes_on_by_itself(rhymer):
    """Of several lengths, over the window's end, and some end before the others."""
    prompts = [[1, 2, 3], [4], [5, 6, 1, 2, 3, 4, 5, 6, 7, 2], [4], [2, 2]]
    settings = {"temperature": 0, "stop_ids": rhymer.tok.encode("m")}
    texts = sample(rhymer, prompts, 30, **settings)
    assert texts == [generate(rhymer, prompt, 30, **settings) for prompt in prompts]
    assert len(set(map(len, texts))) > 1


def test_first_tokens_follow_the_models_probabilities(rhymer):
    prompt = rhymer.tok.encode("the")
    p = rhymer.probabilities(prompt)
    texts = sample(rhymer, [prompt] * 4000, 1, seed=1)
    shares = np.bincount([text[-1] for text in texts], minlength=len(p)) / 4000
    np.testing.assert_allclose(shares, p, atol=4 * np.sqrt(0.25 / 4000))


# ---- growing and talking -----------------------------------------------------------------------------------------


def test_a_grown_model_gives_the_old_tokens_the_old_logits(make, rng):
    tok, contexts = LETTERS.with_special_tokens(["<|a|>", "<|b|>"]), rng.integers(0, 7, (20, 3))
    model = make(dtype="float64", seed=5)
    before = model.logits(contexts)
    assert model.grow(tok) is model and model.tok is tok
    np.testing.assert_allclose(model.logits(contexts)[:, :8], before, rtol=1e-12)
    assert same(weights(model), weights(make(dtype="float64", seed=5).grow(tok)))
    assert all(value.shape == gradient.shape for value, gradient in model.parameters())
    assert np.abs(np.diff(model.logits([[1, 2, 8], [1, 2, 9]]), axis=0)).max() > 1e-3  # each is a token of its own
    run(model, np.append(IDS, [8, 9]))


@pytest.fixture(scope="module")
def parrots():
    """A model of each kind that has learnt to say what it was asked; tests must not change them."""
    models = {
        TinyGPT: tiny(CHAT, context=12, embedding_size=8, hidden=(32,)),
        GPT: tiny_gpt(CHAT, context=12, width=32),
    }
    pairs = [exchange(text, text) for text in ("A", "B", "AB", "BA", "BB")]
    for model in models.values():
        half = Answers(model, pairs[:3]), Answers(model, pairs[3:])
        train(model, mixed(*half, 0.4), steps=200, batch_size=32, learning_rate=5e-3, progress=False)
    return models


@pytest.fixture
def parrot(parrots, kind):
    return parrots[kind]


def test_a_parrot_answers(parrot):
    asked = ["A", "B", "AB", "BA", "BB"]
    assert replies(parrot, asked) == asked
    assert [reply(parrot, [{"role": "user", "content": text}]) for text in asked] == asked
    longer = [*exchange("AB", "BA"), *exchange("A", "B"), {"role": "user", "content": "BB"}]  # longer than the window
    assert set(reply(parrot, longer)) <= set("AB")
    ids = list(answer_ids(parrot, [{"role": "user", "content": "AB"}], temperature=1.5, seed=2))
    assert ids == list(answer_ids(parrot, [{"role": "user", "content": "AB"}], temperature=1.5, seed=2))


@pytest.mark.parametrize("padding", PADDINGS)
def test_answers_ask_for_the_assistants_words_and_nothing_else(make, padding, rng):
    model = make(CHAT, context=14, padding=padding)
    draw = Answers(model, [exchange("AB", "BBA"), exchange("A", "B")])
    contexts, targets, shares = draw(rng, 600)
    asked = targets[targets >= 0]
    assert contexts.shape[1] == 14 and 550 <= len(asked) <= 650 and (shares[targets >= 0] == 1).all()
    assert set(asked) == {*CHAT.encode("AB"), CHAT.special_ids["<|im_end|>"]}


def test_tried_answers_are_judged_and_become_examples(make):
    model = make(CHAT, context=12)
    rewards, contexts, targets, counts = try_out(
        model, ["AB", "BB"], lambda question, text: float(len(text)), 3, 4, np.random.default_rng(0)
    )
    prompts = np.repeat([asked_for("AB"), asked_for("BB")], 3, axis=0)
    answers = sample_answers(model, prompts, 4, np.random.default_rng(0))
    special = np.isin(answers, list(CHAT.special_ids.values()))
    expected = special.cumsum(axis=1) == special
    assert rewards.tolist() == [[(stops.cumsum() == 0).sum() for stops in part] for part in np.split(special, 2)]
    assert counts.dtype == bool and counts.shape == targets.shape
    np.testing.assert_array_equal(targets[targets >= 0], answers.ravel())
    np.testing.assert_array_equal(counts[targets >= 0], expected.ravel())
    assert not counts[targets < 0].any()


def asked_for(text):
    return prompt(CHAT, [{"role": "user", "content": text}])


def test_reward_alone_teaches(kind):
    """Asked A it is to say B, asked B to say A."""
    models = {TinyGPT: lambda: tiny(CHAT, context=12, hidden=(32,), embedding_size=8, padding="after"),
              GPT: lambda: tiny_gpt(CHAT, context=12, width=16)}  # fmt: skip
    model = models[kind]()
    ask = lambda rng, n: ["AB"[i] for i in rng.integers(0, 2, n)]
    reward = lambda question, answer: float(question + answer in ("AB", "BA"))
    draw = rewarded(model, ask, reward, above_mean, 2, 16)
    train(model, draw, steps=100, batch_size=8 * 16 * 2, learning_rate=3e-3, progress=False)
    assert try_out(model, ["A", "B"], reward, 100, 2, np.random.default_rng(0))[0].mean(axis=1).min() > 0.7


def test_sorting_is_learnt(make):
    _, shares = train_to_sort(make(letters(2), context=4, padding="after"), 2, most=4_000, strings_per_step=10)
    assert shares[-1] > 0.9


# ---- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grown", [False, True])
def test_a_loaded_model_is_the_saved_one(kind, make, grown, tmp_path):
    model = make(padding="after", dropout=0.25, seed=3)
    if grown:
        model.grow(LETTERS.with_special_tokens(["<|a|>"]))
    model.save(tmp_path / "m.npz")
    loaded = kind.load(tmp_path / "m.npz")
    contexts = random_ids(60, vocab_size=model.tok.vocab_size - 1).reshape(20, 3)
    np.testing.assert_array_equal(loaded.logits(contexts), model.logits(contexts))
    assert same(weights(loaded), weights(model))
    assert loaded.settings == model.settings and loaded.tok.to_json() == model.tok.to_json()
    assert type(loaded) is kind


def test_the_other_kinds_file_is_refused_in_one_sentence(kind, make, tmp_path):
    make().save(tmp_path / "m.npz")
    (other,) = KINDS.keys() - {kind}
    with pytest.raises(ValueError, match=f"m.npz is no complete {other.__name__} model of version 1") as caught:
        other.load(tmp_path / "m.npz")
    assert f"its format is '{kind.FORMAT}'" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda model: model.settings.update(dropout="0.0"), "its settings are not as they are saved"),
        (lambda model: model.settings.update(context=4096, seed=-1), "seed is -1"),
        (lambda model: model.settings.pop("seed"), "the settings are "),
        (lambda model: model.settings.update(context=4), r"has shape \((3, 8|6, 5)\), not \((4, 8|8, 5)\)"),
        (lambda model: model.settings.update(dtype="float64"), "parameter p0 is float32, not float64"),
        (lambda model: model.parameters()[1][0].fill(np.nan), "parameter p1 holds what is no number"),
    ],
)  # fmt: skip
def test_what_was_never_saved_so_is_refused(kind, make, change, reason, tmp_path):
    model = make()
    change(model)
    model.save(tmp_path / "m.npz")
    with pytest.raises(ValueError, match=reason):
        kind.load(tmp_path / "m.npz")


# ---- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", PADDINGS)
def test_a_reading_gives_the_logits_of_what_was_read(make, padding, rng):
    """Up to the window's end, and for those that are kept."""
    model, texts = make(dtype="float64", padding=padding, context=6), [[1, 2, 3], [4], [5, 6]]
    reading = model.reading(texts)
    for kept in ([0, 1, 2], [0, 2], [1, 0]):
        reading.keep(np.array(kept))
        texts = [texts[i] for i in kept]
        np.testing.assert_allclose(reading.logits(), model.logits(pad_contexts(texts, 6, 7, padding)), rtol=1e-9)
        new = rng.integers(0, 7, len(texts))
        reading.add(new)
        texts = [[*ids, int(id)] for ids, id in zip(texts, new)]
    np.testing.assert_allclose(reading.logits(), model.logits(pad_contexts(texts, 6, 7, padding)), rtol=1e-9)
    assert model.reading([]).logits().shape == (0, 8)


def test_logits_of_a_reading_belong_to_the_caller(make):
    reading = make().reading([[1, 2]])
    logits = reading.logits()
    before = logits.copy()
    logits += 1
    np.testing.assert_array_equal(reading.logits(), before)
    assert math.isfinite(before.sum())
