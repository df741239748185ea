"""A GPT: each place learns, none sees ahead, padding is not there, and what is kept gives the same logits as anew."""

import numpy as np
import pytest
from helpers import LETTERS, random_ids, same, slopes_agree, tiny_gpt, weights
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, exchange, mixed
from tinygpt_lib.every_position import NO_TARGET
from tinygpt_lib.generation import generate
from tinygpt_lib.layers import Tanh
from tinygpt_lib.loss import softmax
from tinygpt_lib.reward import try_out
from tinygpt_lib.settings import POSITIONS
from tinygpt_lib.training import train
from tinygpt_lib.transformer import GPT, Block
from tinygpt_lib.windows import PADDINGS, pad_contexts, single_tokens

CHAT = Tokenizer.train("AB", max_token_length=1).with_special_tokens(CHAT_TOKENS)
each_position = pytest.mark.parametrize("positions", POSITIONS)
each_padding = pytest.mark.parametrize("padding", PADDINGS)


def gpt(**settings):
    """In float64, with gains and biases that are not those of the beginning."""
    model, rng = tiny_gpt(**{"dtype": "float64", "context": 6, **settings}), np.random.default_rng(1)
    for value, _ in model.parameters():
        if value.ndim == 1:
            value += rng.normal(0, 0.3, value.shape)
    return model


def smooth(model):
    """With tanh where ReLU is: a difference across ReLU's corner is no slope."""
    for block in model.blocks:
        block.mlp.layers[1] = Tanh()
    return model


def batch(model, rng, rows=5, shortest=1):
    """Padded contexts of several lengths, and targets and weights at each of their places."""
    texts = [random_ids(rng.integers(shortest, model.context + 1), seed=n) for n in range(rows)]
    contexts = pad_contexts(texts, model.context, model.pad_id, model.padding)
    targets = np.where(contexts == model.pad_id, NO_TARGET, rng.integers(0, 7, contexts.shape))
    targets[0, targets[0] != NO_TARGET] = rng.integers(0, 7)
    return contexts, targets, rng.random(contexts.shape)


# ---- gradients ---------------------------------------------------------------------------------------------------


@each_position
@pytest.mark.parametrize(
    "settings, kind",
    [
        ({}, "last"),
        ({}, "every"),
        ({"heads": 1, "layers": 1}, "some"),
        ({"width": 12, "heads": 3, "dropout": 0.3}, "some"),
    ],
)
def test_gradients_of_the_whole(positions, settings, kind, rng):
    model = smooth(gpt(positions=positions, **settings))
    contexts, targets, shares = batch(model, rng)
    if kind == "last":
        targets, shares = rng.integers(0, 7, 5), rng.random(5)
    if kind == "some":
        targets[rng.random(targets.shape) < 0.5] = NO_TARGET

    def loss():
        return model.loss_and_gradients(contexts, targets, shares, np.random.default_rng(5))[0]

    loss()
    slopes_agree(loss, [(value, gradient.copy()) for value, gradient in model.parameters()], rng, entries=5)


@each_padding
def test_gradients_with_either_padding(padding, rng):
    model = smooth(gpt(padding=padding, layers=1))
    contexts, targets, shares = batch(model, rng)
    loss = lambda: model.loss_and_gradients(contexts, targets, shares)[0]
    loss()
    slopes_agree(loss, [(value, gradient.copy()) for value, gradient in model.parameters()], rng, entries=5)


@pytest.mark.parametrize("rows, length", [(1, 1), (2, 5)])
def test_gradients_of_a_block(rows, length, rng):
    block = Block(gpt().settings, rng, "float64")
    x = rng.normal(size=(rows * length, 8))
    share = rng.normal(size=x.shape)
    block.forward(x.copy(), length)
    dx = block.backward(share.copy()).copy()
    slopes_agree(lambda: (block.forward(x.copy(), length) * share).sum(), [(x, dx), *block.parameters()], rng)


def test_gradients_do_not_add_up(rng):
    """A second backward pass replaces the first one's, also of tokens and places that no longer occur."""
    model = gpt()
    short = pad_contexts([[1, 2], [3]], 6, 7), [4, 5]
    model.loss_and_gradients(*short)
    alone = [gradient.copy() for _, gradient in model.parameters()]
    model.loss_and_gradients(*batch(model, rng))
    model.loss_and_gradients(*short)
    assert same(alone, [gradient for _, gradient in model.parameters()])


# ---- targets at every place ---------------------------------------------------------------------------------------


def losses(model, *examples):
    """The loss, and copies of all gradients."""
    loss, right = model.loss_and_gradients(*examples)
    return loss, right, [gradient.copy() for _, gradient in model.parameters()]


@each_position
@each_padding
def test_a_row_teaches_what_one_context_a_target_would(positions, padding, rng):
    """The same loss, the same right guesses and the same gradients, whatever each target weighs."""
    model = gpt(positions=positions, padding=padding)
    contexts, targets, shares = batch(model, rng)
    targets[rng.random(targets.shape) < 0.3] = NO_TARGET
    rows, columns = np.nonzero(targets != NO_TARGET)
    texts = []
    for row, column in zip(rows, columns):
        until = contexts[row, : column + 1]
        texts.append(until[until != model.pad_id])
    singles = pad_contexts(texts, model.context, model.pad_id, padding)
    loss, right, gradients = losses(model, contexts, targets, shares)
    expected = losses(model, singles, targets[rows, columns], shares[rows, columns])
    assert loss == pytest.approx(expected[0], rel=1e-12) and right == expected[1]
    for gradient, wanted in zip(gradients, expected[2]):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-13)


@each_padding
def test_answers_teach_what_one_context_a_token_would(padding):
    """Of conversations: the same loss and the same gradients, in fewer rows."""
    pairs = [exchange("AB", "BBA"), exchange("A", "B"), [*exchange("A", "A"), *exchange("BB", "AA")]]
    model = gpt(tok=CHAT, context=26, padding=padding)
    whole = Answers(model, pairs)
    model.examples = lambda texts, asked: single_tokens(texts, asked, None, 26, model.pad_id, padding)
    singles = Answers(model, pairs)
    assert len(whole.contexts) == 3 and len(singles.contexts) == (whole.targets != NO_TARGET).sum() == 4 + 2 + 5
    loss, right, gradients = losses(model, whole.contexts, whole.targets, whole.weights)
    expected = losses(model, singles.contexts, singles.targets, singles.weights)
    assert loss == pytest.approx(expected[0], rel=1e-12) and right == expected[1]
    for gradient, wanted in zip(gradients, expected[2]):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-13)


def test_judged_answers_teach_what_one_context_a_token_would():
    """Of answers tried for a reward, with weights that are an answer's, and none after its end."""
    model, tried = gpt(tok=CHAT, context=12), []
    for examples in (model.examples, lambda *parts: single_tokens(*parts, 12, model.pad_id, model.padding)):
        model.examples = examples
        rewards, contexts, targets, counts = try_out(
            model, ["AB", "BA"], lambda question, text: float(len(text)), 3, 4, np.random.default_rng(3)
        )
        shares = rewards.reshape(-1, 1) * counts.reshape(rewards.size, -1)
        tried.append((contexts, targets, shares.reshape(targets.shape)))
    (loss, right, gradients), expected = (losses(model, *examples) for examples in tried)
    assert len(tried[0][0]) == 6 and len(tried[1][0]) == 6 * 4 and 0 < loss
    assert loss == pytest.approx(expected[0], rel=1e-12) and right == expected[1]
    for gradient, wanted in zip(gradients, expected[2]):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-13)


def test_mixed_answers_may_be_of_any_number_of_rows(rng):
    model = gpt(tok=CHAT, context=26)
    draw = mixed(Answers(model, [exchange("A", "B")]), Answers(model, [exchange("AB", "BBA")]), 0.5)
    contexts, targets, _ = draw(rng, 16)
    assert len(contexts) == 4 + 2 and (targets != NO_TARGET).sum() == 16
    assert np.isfinite(model.loss_and_gradients(*draw(rng, 16))[0])


# ---- what a place sees --------------------------------------------------------------------------------------------


@given(st.integers(0, 99), st.integers(1, 6), st.sampled_from(POSITIONS), st.data())
def test_no_token_changes_the_logits_before_it(seed, length, positions, data):
    place, model = data.draw(st.integers(0, length - 1)), gpt(positions=positions, seed=seed)
    ids = random_ids(2 * length, seed).reshape(2, length)
    before = model.all_logits(ids)
    ids[0, place] = (ids[0, place] + 1) % 7
    after = model.all_logits(ids)
    np.testing.assert_array_equal(after[0, :place], before[0, :place])
    np.testing.assert_array_equal(after[1], before[1])
    assert np.abs(after[0, place] - before[0, place]).max() > 1e-6


@each_position
@pytest.mark.parametrize("padding", PADDINGS)
def test_padding_is_not_there(positions, padding, rng):
    """Before or after or none at all: the same numbers to the last bit; in a batch with longer ones, to rounding."""
    model = gpt(positions=positions, padding=padding)
    for length in range(1, 7):
        ids = random_ids(length, length)
        logits = model.logits(pad_contexts([ids], 6, 7, padding))
        np.testing.assert_array_equal(logits, gpt(positions=positions).logits(pad_contexts([ids], 6, 7)))
        np.testing.assert_allclose(logits[0], model.all_logits([ids])[0, -1], rtol=1e-12)
        among = model.logits(pad_contexts([random_ids(6), ids], 6, 7, padding))
        np.testing.assert_allclose(among[1], logits[0], rtol=1e-12)


def test_the_pads_id_within_a_text_is_a_token_like_any_other():
    model = gpt(pad_id=0)
    logits = model.logits([[0, 0, 1, 0, 2, 0]])
    np.testing.assert_allclose(logits[0], model.all_logits([[1, 0, 2, 0]])[0, -1], rtol=1e-12)


@each_padding
def test_logits_are_those_of_the_last_place(padding):
    model, ids = gpt(padding=padding), random_ids(12).reshape(2, 6)
    everywhere = model.all_logits(ids)
    assert everywhere.shape == (2, 6, 8)
    np.testing.assert_allclose(model.logits(ids), everywhere[:, -1], rtol=1e-12)
    for length in range(1, 6):
        shorter = model.all_logits(ids[:, :length])
        np.testing.assert_allclose(shorter, everywhere[:, :length], rtol=1e-12)


@pytest.mark.parametrize("positions, differ", [("learned", True), ("rotary", True), ("none", False)])
def test_only_with_positions_is_an_order_seen(positions, differ):
    """The last place looks at a bag of what stands before it: in one block, two orders are one."""
    model = gpt(positions=positions, layers=1)
    one, other = model.logits([[1, 2, 3, 4, 5, 6], [3, 1, 2, 5, 4, 6]])
    assert (np.abs(one - other).max() > 1e-6) == differ
    assert (len(model.positions) == 0) == (positions != "learned")


def test_attention_is_each_blocks(rng):
    model, ids = gpt(heads=4, layers=3), random_ids(5)
    looks = model.attention(ids)
    assert looks.shape == (3, 4, 5, 5)
    np.testing.assert_allclose(looks.sum(axis=-1), 1)
    assert (np.triu(looks, 1) == 0).all()
    model.attention(ids[:2])
    np.testing.assert_array_equal(looks, model.attention(ids))  # an array of the caller's own


def test_heads_may_change_places_with_their_weights():
    model, ids, order = gpt(width=12, heads=3), random_ids(12).reshape(2, 6), [1, 2, 0]
    expected = model.all_logits(ids)
    for block in model.blocks:
        qkv, out = block.attention.qkv, block.attention.out
        qkv.W[:] = qkv.W.reshape(12, 3, 3, 4)[:, :, order].reshape(12, 36)
        qkv.b[:] = qkv.b.reshape(3, 3, 4)[:, order].ravel()
        out.W[:] = out.W.reshape(3, 4, 12)[order].reshape(12, 12)
    np.testing.assert_allclose(model.all_logits(ids), expected, rtol=1e-10)


def test_dropout_is_of_what_is_added(rng):
    """A block whose share is dropped whole passes on what came in."""
    model = gpt(dropout=0.5)
    contexts, targets, _ = batch(model, rng)
    same_seed = [model.loss_and_gradients(contexts, targets, rng=np.random.default_rng(3))[0] for _ in range(2)]
    assert same_seed[0] == same_seed[1] != model.loss_and_gradients(contexts, targets)[0]
    block, x = model.blocks[0], rng.normal(size=(6, 8))
    block.drop1.rate = block.drop2.rate = 1 - 1e-12
    np.testing.assert_array_equal(block.forward(x.copy(), 6, rng), x)


# ---- keys and values that are kept --------------------------------------------------------------------------------


@each_position
def test_what_is_kept_gives_the_logits_of_reading_anew(positions, rng):
    """Texts of several lengths, through several windows, some of them left on the way."""
    texts = [random_ids(n, n) for n in (1, 6, 3, 9, 5)]
    kept, anew = (gpt(positions=positions).reading(texts, cached=cached) for cached in (True, False))
    rows = np.arange(5)
    for step in range(30):
        np.testing.assert_allclose(kept.logits(), anew.logits(), rtol=1e-12, atol=1e-12)
        new = rng.integers(0, 7, len(rows))
        if step in (8, 17):
            rows = np.arange(len(rows))[::2]
            new = new[rows]
            kept.keep(rows), anew.keep(rows)
        kept.add(new), anew.add(new)
    assert len(kept.logits()) == 2


def test_a_full_window_drops_its_older_half(rng):
    model, ids = gpt(), random_ids(20)
    reading = model.reading([ids[:1]])
    for end in range(2, 20):
        reading.add(ids[end - 1 : end])
        length = end if end <= 6 else (end - 7) % 3 + 4  # 6 are full; 3 of them stay, and one more comes
        np.testing.assert_allclose(
            reading.logits()[0], model.all_logits([ids[end - length : end]])[0, -1], rtol=1e-12, atol=1e-12
        )


def test_a_window_of_one_token_is_always_anew():
    model, ids = gpt(context=1), random_ids(5)
    reading = model.reading([ids[:1]])
    for id in ids[1:]:
        reading.add(np.array([id]))
        np.testing.assert_allclose(reading.logits(), model.logits([[id]]), rtol=1e-12)


def test_a_reading_is_not_changed_by_what_the_model_does_beside_it(rng):
    model = gpt()
    reading, other = model.reading([[1, 2], [3]]), gpt().reading([[1, 2], [3]])
    for id in range(4):
        reading.add(np.array([id, 0]))
        model.loss_and_gradients(*batch(model, rng))
        model.evaluate(random_ids(30))
        other.add(np.array([id, 0]))
        np.testing.assert_array_equal(reading.logits(), other.logits())


@pytest.mark.parametrize("cached, reads", [(True, [1, 0, 0, 0, 1, 0]), (False, [1] * 6)])
def test_only_what_is_not_kept_is_read(cached, reads):
    """Three tokens, then five more into a window of six: at the fourth, its later half is read anew."""
    model, lengths = gpt(), []
    forward = model.forward
    model.forward = lambda ids: lengths.append(ids.shape[1]) or forward(ids)
    reading, found = model.reading([[1, 2, 3]], cached), [len(lengths)]
    for _ in range(5):
        before = len(lengths)
        reading.add(np.array([4]))
        found.append(len(lengths) - before)
    assert found == reads and lengths[-1 if cached else 4] == 4


@pytest.mark.parametrize("settings", [{"temperature": 0}, {"temperature": 2.0, "seed": 3}, {"top_n": 3, "seed": 1}])
def test_generated_text_is_the_same_kept_or_anew(settings, monkeypatch):
    model = gpt()
    kept = generate(model, [1, 2, 3], 60, **settings)
    read = model.reading
    model.reading = lambda texts: read(texts, cached=False)
    assert generate(model, [1, 2, 3], 60, **settings) == kept


# ---- measuring ----------------------------------------------------------------------------------------------------


def slow_evaluation(model, ids):
    """Each token but the first, after the longest part of a window that began half a window or more before it."""
    surprises, hits, half = [], [], max(model.context // 2, 1)
    for end in range(1, len(ids)):
        start = 0 if end <= model.context else half * -(-(end - model.context) // half)
        logits = model.all_logits([ids[start:end]])[0, -1]
        surprises.append(-np.log(softmax(logits)[ids[end]]))
        hits.append(logits.argmax() == ids[end])
    return np.mean(surprises), np.mean(hits)


@each_padding
@pytest.mark.parametrize("context", [1, 2, 5, 6])
@pytest.mark.parametrize("n", [2, 3, 6, 7, 8, 20, 31])
def test_evaluate_scores_each_token_once(n, context, padding):
    model, ids = gpt(context=context, padding=padding), random_ids(n)
    batches = list(model.exam(ids))
    assert sum((targets != NO_TARGET).sum() for _, targets in batches) == n - 1
    loss, accuracy = slow_evaluation(model, ids)
    result = model.evaluate(ids)
    assert result.loss == pytest.approx(loss, rel=1e-10) and result.accuracy == pytest.approx(accuracy)


def test_a_long_text_is_measured_in_several_batches():
    model, ids = gpt(), random_ids(20_000)
    batches = list(model.exam(ids))
    assert len(batches) > 5 and max(contexts.size for contexts, _ in batches) <= 4096 + 6
    scored = np.concatenate([targets[targets != NO_TARGET] for _, targets in batches])
    np.testing.assert_array_equal(scored, ids[1:])


def test_a_short_exam_is_spread_over_the_text_and_always_the_same():
    model, ids = gpt(), np.arange(20_000) % 8
    (contexts, targets), *more = batches = list(model.exam(ids, 300))
    assert sum((part != NO_TARGET).sum() for _, part in batches) == 300
    for windows, asked in batches:
        assert ((asked != NO_TARGET).sum(axis=1) == 3).all()  # the later half: half a window or more before each
        assert (asked[:, 3:] == (windows[:, 3:] + 1) % 8).all()
    again = list(model.exam(ids, 300))
    assert all(map(np.array_equal, (contexts, targets), again[0])) and len(again) == 1 + len(more)


# ---- training and what is refused ----------------------------------------------------------------------------------


@each_position
def test_copying_is_learnt(positions):
    """`abcabc`: what came after a token's last appearance comes again. A slot's weights would learn it slot by slot."""
    model = tiny_gpt(context=8, width=32, heads=4, positions=positions, seed=1)

    def draw(rng, n):
        half = np.stack([rng.permutation(7)[:4] for _ in range(n // 4)])
        whole = np.hstack([half, half[:, :1] * 0 + half[:, :1], half[:, 1:]])
        targets = np.full(whole.shape, NO_TARGET)
        targets[:, 4:7] = whole[:, 5:]
        return whole, targets, np.ones(whole.shape, np.float32)

    history = train(model, draw, steps=600, batch_size=128, learning_rate=5e-3, every=100, progress=False)
    assert history.accuracy[-1] > (0.9 if positions != "none" else 0.3)
    assert history.examples[-1] == 600 * 32 * 3


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"width": 0}, "width is 0: it must be a whole number of at least 1"),
        ({"heads": 0}, "heads is 0: it must be a whole number of at least 1"),
        ({"heads": 3}, "width is 8, heads is 3: each head takes as many columns, so it must divide them"),
        ({"layers": 0}, "layers is 0: it must be a whole number from 1 to 100"),
        ({"layers": 101}, "layers is 101"),
        ({"positions": "sinus"}, "positions is 'sinus': choose one of 'learned', 'rotary', 'none'"),
        ({"positions": "rotary", "heads": 8}, "a head has 1 numbers: rotary positions turn pairs, so it must be even"),
        ({"context": 4097}, "context is 4097: it must be a whole number from 1 to 4096"),
        ({"width": 10**6}, "the model would have .* parameters: at most 20,000,000; make it smaller"),
    ],
)
def test_bad_settings_are_refused(settings, reason):
    with pytest.raises(ValueError, match=reason):
        tiny_gpt(**settings)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda model: model.logits([[1] * 6, [7] * 6]), "a context holds nothing but padding: give it at least one"),
        (lambda model: model.all_logits([1, 2]), "ids must be whole-number token ids with 2 ax"),
        (lambda model: model.all_logits([[1] * 7]), "ids are 7 tokens long: give from 1 to 6, the window"),
        (lambda model: model.all_logits([[]]), "ids are 0 tokens long"),
        (lambda model: model.all_logits(np.zeros((0, 3), int)), "ids are 3 tokens long|there are no ids"),
        (lambda model: model.attention([]), "ids are 0 tokens long"),
        (lambda model: model.attention([8]), "ids holds the id 8"),
        (lambda model: model.attention("abc"), "ids must be whole-number token ids"),
        (lambda model: model.reading([[1], []]), "a text has no tokens: there is nothing to go on from"),
        (lambda model: model.reading([[8]]), "texts holds the id 8"),
        (lambda model: model.examples([[1, 2]], [[1, 1]]), "a text's first token is asked for: it has nothing before"),
    ],
)
def test_what_makes_no_sense_is_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use(gpt())


@each_padding
def test_targets_where_nothing_can_be_asked_are_refused(padding):
    model = gpt(padding=padding)
    contexts = pad_contexts([[1, 2]], 6, 7, padding)
    for targets, reason in (
        (np.zeros((1, 6), int), "a target stands where a context is padding: only tokens have one after them"),
        (np.zeros((1, 5), int), r"targets have the shape \(1, 5\): it must be \(1,\), or \(1, 6\)"),
        (np.zeros((1, 6, 1), int), r"targets have the shape \(1, 6, 1\)"),
        (np.full((1, 6), NO_TARGET), "there are 0 contexts for 0 targets"),
        (None, "targets has the shape"),
    ):
        with pytest.raises(ValueError, match=reason):
            model.loss_and_gradients(contexts, targets)
    with pytest.raises(ValueError, match=r"weights has the shape \(1,\)"):
        model.loss_and_gradients(contexts, np.where(contexts == 7, NO_TARGET, 1), [1])


def test_its_size_is_known_before_it_is_made():
    model = GPT(LETTERS, context=10, width=12, heads=3, layers=2)
    block = 2 * 12 + 12 * 36 + 36 + 12 * 12 + 12 + 2 * 12 + 12 * 48 + 48 + 48 * 12 + 12
    assert model.size == 8 * 12 + 10 * 12 + 2 * block + 2 * 12 + 12 * 8 + 8
    assert [value.shape for value in weights(model)] == GPT._shapes(model.settings, 8)
