"""What a notebook teaches is what the library does: definitions are taken out of the notebooks and compared."""

from types import SimpleNamespace

import numpy as np
import pytest
from helpers import LETTERS, random_ids, tiny
from hypothesis import given
from hypothesis import strategies as st

from notebooks import NOTEBOOKS, run_cells
from tinygpt_lib import (
    GPT,
    alphabetize,
    attention,
    bpe,
    chat,
    corpus,
    encoding,
    every_position,
    generation,
    initialisation,
    layers,
    loss,
    merges,
    ngrams,
    optimizers,
    reward,
    training,
    transformer,
    windows,
)
from tinygpt_lib.course.assistant import sorting_reward
from tinygpt_lib.course.measures import ceilings
from tinygpt_lib.course.show import prices


def taught(notebook):
    """A fixture: everything that the `definition` cells of one notebook define."""
    return pytest.fixture(scope="module")(
        lambda: SimpleNamespace(**run_cells(NOTEBOOKS / f"{notebook}.ipynb", "definition"))
    )


n01 = taught("01_byte_pair_encoding")
n02 = taught("02_backprop_network")
n03 = taught("03_alphabetize")
n04 = taught("04_input_encodings")
n05 = taught("05_shakespeare")
n06 = taught("06_sampling")
n07 = taught("07_windows_and_context")
n08 = taught("08_network_choices")
n09 = taught("09_conversations")
n11 = taught("11_reinforcement_learning")
n12 = taught("12_attention")
n13 = taught("13_a_gpt")

texts = st.text(alphabet="ab c\n,é", max_size=60)


@given(ids=st.lists(st.integers(0, 3)), pair=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_merge(n01, ids, pair):
    assert n01.merge(ids, pair, 9) == merges.merge(ids, pair, 9)


@given(text=texts, how_many=st.integers(0, 12))
def test_learning_merges(n01, text, how_many):
    alphabet = len(set(text.encode()))
    library = bpe.Tokenizer.train(text or "a", vocab_size=max(alphabet, 1) + 1 + how_many)
    assert n01.learn_merges(text, how_many) == library.merges


@given(text=texts.filter(len))
def test_encoding(n01, text):
    tok = bpe.Tokenizer.train(text, vocab_size=30)
    first_new_id = len(tok.tokens) - len(tok.merges)
    ids = []
    for piece in bpe.PIECES.findall(text):
        ids += n01.encode_piece([tok.tokens.index(bytes([b])) for b in piece.encode()], tok.merges, first_new_id)
    assert ids == tok.encode(text)


def test_softmax_and_cross_entropy(n02, rng):
    logits, targets = rng.normal(0, 5, (7, 4)), rng.integers(0, 4, 7)
    assert np.allclose(n02.softmax(logits), loss.softmax(logits), rtol=1e-12)
    taught_loss, taught_gradient = n02.cross_entropy(logits, targets)
    library_loss, library_gradient = loss.cross_entropy(logits, targets)
    assert np.isclose(taught_loss, library_loss, rtol=1e-12)
    assert np.allclose(taught_gradient, library_gradient, rtol=1e-12)


def test_linear_and_relu(n02, rng):
    x, W, b, dy = (rng.normal(size=shape) for shape in ((6, 3), (3, 4), (4,), (6, 4)))
    ours, library = n02.Linear(W, b), layers.Linear(W, b)
    assert np.allclose(ours.forward(x), library.forward(x), rtol=1e-12)
    assert np.allclose(ours.backward(dy), library.backward(dy), rtol=1e-12)
    for (_, gradient), (_, library_gradient) in zip(ours.parameters(), library.parameters(), strict=True):
        assert np.allclose(gradient, library_gradient, rtol=1e-12)
    ours, library = n02.ReLU(), layers.ReLU()
    assert np.array_equal(ours.forward(dy), library.forward(dy.copy()))
    assert np.array_equal(ours.backward(dy), library.backward(dy.copy()))
    assert ours.parameters() == library.parameters() == []


def test_network(n02, rng):
    library = layers.Network((3, 5, 4, 2), "relu", "he", "uniform_0.1", 0.0, rng, np.float64)
    first, *rest = [n02.Linear(layer.W, layer.b) for layer in library.linears]
    ours = [first, *(part for layer in rest for part in (n02.ReLU(), layer))]
    x, dlogits = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    assert np.allclose(n02.forward(ours, x), library.forward(x), rtol=1e-12)
    n02.backward(ours, dlogits)
    library.backward(dlogits, need_dx=False)
    for (_, gradient), (_, library_gradient) in zip(n02.parameters(ours), library.parameters(), strict=True):
        assert np.allclose(gradient, library_gradient, rtol=1e-10)


@pytest.mark.parametrize("name", initialisation.WEIGHT_INITS)
def test_weight_inits(n02, name):
    assert n02.WEIGHT_INITS.keys() == initialisation.WEIGHT_INITS.keys()
    ours, library = (
        table[name](np.random.default_rng(1), 5, 3) for table in (n02.WEIGHT_INITS, initialisation.WEIGHT_INITS)
    )
    assert np.array_equal(ours, library)


@pytest.mark.parametrize("name", initialisation.BIAS_INITS)
def test_bias_inits(n02, name):
    assert n02.BIAS_INITS.keys() == initialisation.BIAS_INITS.keys()
    ours, library = (table[name](np.random.default_rng(1), 5) for table in (n02.BIAS_INITS, initialisation.BIAS_INITS))
    assert np.array_equal(ours, library)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_optimizers(n02, rng, name):
    start, gradients = rng.normal(size=(3, 2)), rng.normal(size=(20, 3, 2))
    values = []
    for optimizer in (getattr(n02, name), getattr(optimizers, name)):
        value, gradient = start.copy(), np.zeros_like(start)
        stepper = optimizer([(value, gradient)])
        for new in gradients:
            gradient[:] = new
            stepper.step(0.01)
        values.append(value)
    assert np.allclose(*values, rtol=1e-10) and not np.allclose(values[0], start)


def test_the_training_loop_learns(n02, rng):
    x = rng.normal(size=(200, 2))
    targets = (x[:, 0] > x[:, 1]).astype(int)
    network = [n02.Linear(np.zeros((2, 2)), np.zeros(2))]
    losses = n02.fit(network, n02.Adam(n02.parameters(network)), x, targets, 200, 0.05, rng)
    assert np.isclose(losses[0], np.log(2)) and losses[-1] < 0.3


def test_the_gradient_check_finds_a_mistake(n02, rng, capsys):
    class Forgetful(n02.ReLU):
        def backward(self, dy):
            return dy

    x, targets = rng.normal(size=(8, 2)), rng.integers(0, 3, 8)
    first, second = (n02.Linear(rng.normal(size=shape), np.zeros(shape[1])) for shape in ((2, 5), (5, 3)))
    n02.check_gradients([first, n02.ReLU(), second], x, targets)
    assert "WRONG" not in capsys.readouterr().out
    n02.check_gradients([first, Forgetful(), second], x, targets)
    assert [("WRONG" in line) for line in capsys.readouterr().out.splitlines()] == [True, True, False, False]


@given(seed=st.integers(0, 1000), n=st.integers(1, 5), length=st.integers(1, 7), size=st.integers(2, 9))
def test_strings_to_sort(n03, seed, n, length, size):
    ours, library = (part.random_strings(np.random.default_rng(seed), n, length, size) for part in (n03, alphabetize))
    assert np.array_equal(ours, library)
    for padding in windows.PADDINGS:
        taught_examples, library_examples = (part.examples(library, size, padding) for part in (n03, alphabetize))
        assert all(map(np.array_equal, taught_examples, library_examples))


@pytest.mark.parametrize("padding", windows.PADDINGS)
def test_sorting_with_a_model(n03, padding, rng):
    tok = alphabetize.letters(3)
    model = tiny(tok, context=8, padding=padding, hidden=(32,))
    alphabetize.train_to_sort(model, 3, most=4000)
    strings = alphabetize.random_strings(rng, 60, 4, 3)
    assert np.array_equal(n03.sort_strings(model, strings), alphabetize.sort_strings(model, strings))
    assert n03.sorted_right(model, strings) == alphabetize.sorted_right(model, strings)
    assert 0 < alphabetize.sorted_right(model, strings)


@given(seed=st.integers(0, 1000), context=st.integers(1, 5), vocab_size=st.integers(2, 9), n=st.integers(1, 6))
def test_encodings(n04, seed, context, vocab_size, n):
    rng = np.random.default_rng(seed)
    contexts = rng.integers(0, vocab_size, (n, context))
    for name in ("presence", "normalized", "raw", "onehot"):
        library = encoding.ENCODINGS[name](context, vocab_size, 3, rng, "float64")
        assert np.allclose(getattr(n04, name)(contexts, vocab_size), library.forward(contexts), rtol=1e-12)
    library = encoding.Embedding(context, vocab_size, 3, rng, "float64")
    assert np.array_equal(n04.embedded(contexts, library.table), library.forward(contexts))


@given(n=st.integers(2, 300), percent=st.integers(1, 99))
def test_split(n05, n, percent):
    if 0 < round(n * percent / 100) < n:
        assert n05.split(list(range(n)), percent / 100) == corpus.split(list(range(n)), percent / 100)


@given(seed=st.integers(0, 1000), context=st.integers(1, 9), data=st.data())
def test_draw_examples(n05, seed, context, data):
    min_context = data.draw(st.integers(1, context))
    ids = random_ids(40, seed)
    ours = n05.draw_examples(ids, np.random.default_rng(seed), 12, context, min_context, pad_id=7)
    library = windows.Windows(ids, context, 7, "before", min_context)(np.random.default_rng(seed), 12)
    assert np.array_equal(ours[0], library[0]) and np.array_equal(ours[1], library[1])


@pytest.mark.parametrize("order", [1, 2, 4])
def test_ngrams(n05, order):
    ids = random_ids(200, vocab_size=5)
    ours, library = n05.NGram(ids, order, 6), ngrams.NGram(ids, order, 6)
    for start in range(50):
        context = random_ids(start % 5, seed=start, vocab_size=6)
        for id in range(6):
            assert ours.probability(context, id) == library.probability(context, id)


@given(
    temperature=st.sampled_from([0, 0.3, 1, 2.5]),
    top_n=st.sampled_from([None, 1, 3, 8]),
    penalty=st.sampled_from([1, 0.5, 0.1]),
    recent=st.lists(st.integers(0, 7), max_size=6),
    top_p=st.sampled_from([None, 1, 0.9, 0.3]),
    seed=st.integers(0, 100),
)
def test_next_token_distribution(n06, temperature, top_n, penalty, recent, top_p, seed):
    logits = np.random.default_rng(seed).normal(0, 3, 8)
    settings = temperature, top_n, penalty, recent, top_p
    ours, library = (part.next_token_distribution(logits, *settings) for part in (n06, generation))
    assert np.allclose(ours, library, rtol=1e-12)


@given(seed=st.integers(0, 1000), top_p=st.floats(1e-3, 1))
def test_nucleus(n06, seed, top_p):
    p = np.random.default_rng(seed).dirichlet(np.ones(6))
    assert np.allclose(n06.nucleus(p, top_p), generation.next_token_distribution(np.log(p), top_p=top_p), rtol=1e-9)


@given(seed=st.integers(0, 1000))
def test_draw_token(n06, seed):
    p = np.random.default_rng(seed).dirichlet(np.ones(6))
    ours, library = (part.draw_token(p, np.random.default_rng(seed)) for part in (n06, generation))
    assert ours == library


@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 0.7, "top_n": 3}, {"repetition_penalty": 0.2}, {"top_p": 0.8}]
)
def test_continue_text(n06, trained, settings):
    ours = n06.continue_text(trained, "the ", 40, np.random.default_rng(3), **settings)
    assert ours == generation.generate(trained, "the ", 40, seed=3, **settings)


def test_continue_text_never_draws_padding(n06):
    model = tiny(seed=1)
    assert "<|pad|>" not in generation.generate(model, "a", 300, temperature=5.0)
    assert len(n06.continue_text(model, "a", 300, np.random.default_rng(0), temperature=5.0)) == 301


@given(text=st.text(alphabet="abc ", min_size=5, max_size=60), length=st.integers(0, 4))
def test_ceiling(n07, text, length):
    assert n07.ceiling(text, length) == ceilings.ceiling(text, length)


@given(rate=st.floats(0, 0.9), seed=st.integers(0, 1000))
def test_dropout(n08, rate, seed):
    x, dy = np.random.default_rng(seed).normal(size=(2, 5, 7))
    ours, library = n08.Dropout(rate), layers.Dropout(rate)
    for rngs in ((None, None), [np.random.default_rng(seed + 1) for _ in range(2)]):
        assert np.allclose(ours.forward(x, rngs[0]), library.forward(x, rngs[1]), rtol=1e-12)
        assert np.allclose(ours.backward(dy), library.backward(dy), rtol=1e-12)


def test_decay_weights(n08):
    ours, library = tiny(dtype="float64"), tiny(dtype="float64")
    batch = windows.Windows(random_ids(60), ours.context, ours.pad_id)(np.random.default_rng(0), 8)
    training.train(
        library, lambda rng, n: batch, steps=1, batch_size=8, optimizer="sgd", schedule="constant", learning_rate=0.1,
        weight_decay=0.5, progress=False,
    )  # fmt: skip
    ours.loss_and_gradients(*batch)
    n08.decay_weights(ours.parameters(), 0.1, 0.5)
    optimizers.SGD(ours.parameters()).step(0.1)
    for (value, _), (expected, _) in zip(ours.parameters(), library.parameters()):
        assert np.allclose(value, expected, rtol=1e-12)


def test_schedules(n08):
    assert n08.SCHEDULES.keys() | {"warmup"} == training.SCHEDULES.keys()  # 13 teaches the last
    for name, rate_at in n08.SCHEDULES.items():
        for progress in np.linspace(0, 1, 11):
            assert np.isclose(rate_at(progress), training.SCHEDULES[name](progress))


@pytest.mark.parametrize("mean", [0.3, 0.15, 0.1, 0.05, 0.0, -0.05, -0.1, -0.15, -0.3, np.nan])
def test_claim(n08, mean):
    assert n08.claim(mean, 0.1, 0.2) == prices.claim(mean, 0.1, 0.2)


# ---- conversations ------------------------------------------------------------------------------------------------

CHAT_TOK = bpe.Tokenizer.train("abc <|>", max_token_length=1).with_special_tokens(chat.CHAT_TOKENS)
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(chat.ROLES), "content": st.text("abc <|>", max_size=6)}),
    min_size=1,
    max_size=4,
)
exchanges = st.lists(
    st.builds(chat.exchange, *[st.text("abc ", min_size=1, max_size=6).filter(str.strip)] * 2), min_size=1, max_size=3
)


@given(messages=messages)
def test_conversations_are_checked_and_rendered(n09, messages):
    """Taught: roles and empty messages; the library checks the messages' form as well."""
    try:
        expected = chat.render(CHAT_TOK, messages)
    except ValueError:
        for refuse in (n09.check_conversation, lambda messages: n09.render(CHAT_TOK, messages)):
            with pytest.raises(ValueError):
                refuse(messages)
    else:
        assert n09.check_conversation(messages) == messages
        assert n09.render(CHAT_TOK, messages) == tuple(expected)


@given(conversations=exchanges, seed=st.integers(0, 100))
def test_answer_examples(n09, conversations, seed):
    model = tiny(CHAT_TOK, context=24)
    contexts, targets = n09.answer_examples(CHAT_TOK, conversations)
    library = chat.Answers(model, conversations)
    assert np.array_equal(windows.pad_contexts(contexts, 24, model.pad_id), library.contexts)
    assert targets == library.targets.tolist()


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 1])
def test_mixed(n09, share):
    sources = [windows.Windows(random_ids(60, seed), 3, 7) for seed in (1, 2)]
    ours, library = (part.mixed(*sources, share)(np.random.default_rng(0), 10) for part in (n09, chat))
    assert all(map(np.array_equal, ours, library))


@pytest.mark.parametrize("seed", range(10))
def test_answer(n09, seed):
    model = tiny(CHAT_TOK, context=16, seed=seed)
    assert n09.answer(model, "ab c") == chat.reply(model, [{"role": "user", "content": "ab c"}])


# ---- learning from reward -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["before", "after"])
def test_learning_from_reward(n11, padding):
    model, ask = tiny(CHAT_TOK, context=14, padding=padding, hidden=(20,)), lambda rng, n: ["ab", "ca", "bb"][:n]
    prompts = [chat.prompt(CHAT_TOK, [{"role": "user", "content": text}]) for text in ask(None, 3)]
    ours, library = (part.sample_answers(model, prompts, 4, np.random.default_rng(5)) for part in (n11, reward))
    assert np.array_equal(ours, library)
    judge = lambda question, answer: len(answer) / 4
    batches = [
        part.rewarded(model, ask, judge, part.above_mean, 4, 2)(np.random.default_rng(6), 3 * 2 * 4)
        for part in (n11, reward)
    ]
    assert all(map(np.array_equal, *batches)) and batches[0][2].any()


@given(question=st.text("ABCDE", min_size=1, max_size=6), answer=st.text("ABCDE", max_size=6))
def test_rewards(n11, question, answer):
    for name in ("right", "share_of_answer"):
        assert getattr(n11, name)(question, answer) == getattr(sorting_reward, name)(question, answer)


@given(n=st.integers(1, 16), data=st.data())
def test_pass_at(n11, n, data):
    k, c = data.draw(st.integers(1, n)), data.draw(st.integers(0, n))
    assert n11.pass_at(k, n, c) == sorting_reward.pass_at(k, n, c)


# ---- attention ----------------------------------------------------------------------------------------------------

SHAPES = [(1, 1, 2), (5, 1, 4), (6, 2, 4), (7, 4, 8)]  # places, heads, width


def linears(rng, width):
    """Two layers for attention: width -> 3 width, and width -> width."""
    sizes = 3 * width, width
    return [layers.Linear(rng.normal(0, width**-0.5, (width, n)), rng.normal(size=n)) for n in sizes]


def norm_pair(n12, rng, width):
    """The notebook's layer norm and the library's, of the same gains and biases."""
    library = layers.LayerNorm(width, "float64")
    library.gain[:], library.bias[:] = rng.normal(size=(2, width))
    return n12.LayerNorm(library.gain.copy(), library.bias.copy()), library


@pytest.mark.parametrize("places, heads, width", SHAPES)
def test_attention(n12, rng, places, heads, width):
    assert np.array_equal(n12.causal_mask(places), attention.causal_mask(places, np.float64))
    library = attention.Attention(width, heads, places, False, rng, "float64")
    library.qkv, library.out = linears(rng, width)
    ours = n12.SelfAttention(*(layers.Linear(part.W, part.b) for part in (library.qkv, library.out)), heads)
    x, dy = rng.normal(size=(2, places, width))
    assert np.array_equal(n12.split_heads(x, heads), library._split(x, places)[0])
    assert np.array_equal(n12.merge_heads(n12.split_heads(x, heads)), x)
    assert np.allclose(ours.forward(x), library.forward(x, places), rtol=1e-10)
    assert np.allclose(ours.weights, library.weights[0], rtol=1e-10)
    assert np.allclose(ours.backward(dy), library.backward(dy), rtol=1e-10)
    for ours_part, library_part in ((ours.qkv, library.qkv), (ours.out, library.out)):
        assert np.allclose(ours_part.dW, library_part.dW, rtol=1e-10)
        assert np.allclose(ours_part.db, library_part.db, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("places, heads, width", SHAPES)
def test_attention_of_many_texts(n12, rng, places, heads, width):
    q, k, v, dmixed = rng.normal(size=(4, 3, heads, places, width // heads))
    mixed, weights = n12.attend(q, k, v, n12.causal_mask(places))
    slopes = n12.attend_backward(dmixed, q, k, v, weights)
    for b in range(3):
        for h in range(heads):
            one, its_weights = n12.attend(q[b, h], k[b, h], v[b, h], n12.causal_mask(places))
            assert np.allclose(mixed[b, h], one)
            its_slopes = n12.attend_backward(dmixed[b, h], q[b, h], k[b, h], v[b, h], its_weights)
            assert all(np.allclose(all_of_them[b, h], its) for all_of_them, its in zip(slopes, its_slopes))


@pytest.mark.parametrize("width", [1, 2, 7])
def test_layer_norm(n12, rng, width):
    ours, library = norm_pair(n12, rng, width)
    x, dy = rng.normal(3, 5, size=(2, 6, width))
    assert np.allclose(ours.forward(x), library.forward(x), rtol=1e-10)
    assert np.allclose(ours.backward(dy), library.backward(dy), rtol=1e-10, atol=1e-12)
    for (_, gradient), (_, library_gradient) in zip(ours.parameters(), library.parameters(), strict=True):
        assert np.allclose(gradient, library_gradient, rtol=1e-10)


@pytest.mark.parametrize("length, size", [(1, 2), (5, 4), (30, 8)])
def test_rotations(n12, rng, length, size):
    ours, library = n12.rotations(length, size), attention.rotations(length, size, np.float64)
    assert all(map(np.allclose, ours, library))
    x = rng.normal(size=(3, length, size))
    turned = n12.rotate(x, *ours)
    attention.rotate(x, *library)
    assert np.allclose(turned, x, rtol=1e-12)


def test_block(n12, rng):
    settings = {"width": 8, "heads": 2, "layers": 1, "context": 5, "positions": "none", "dropout": 0.0}
    library = transformer.Block(settings, rng, "float64")
    (norm1, library.norm1), (norm2, library.norm2) = (norm_pair(n12, rng, 8) for _ in range(2))
    own = n12.SelfAttention(library.attention.qkv, library.attention.out, 2)
    ours = n12.Block(norm1, own, norm2, library.mlp)
    x, dx = rng.normal(size=(2, 5, 8))
    forward, backward = ours.forward(x), ours.backward(dx)
    assert np.allclose(forward, library.forward(x.copy(), 5), rtol=1e-10)
    assert np.allclose(backward, library.backward(dx.copy()), rtol=1e-10)


# ---- a GPT --------------------------------------------------------------------------------------------------------

GPT_SETTINGS = {"context": 6, "width": 8, "heads": 2, "layers": 2}


@given(seed=st.integers(0, 50))
def test_a_small_gpt(n13, seed):
    ours = n13.SmallGPT(LETTERS.vocab_size, 6, 8, 2, 2, seed)
    library = GPT(LETTERS, **GPT_SETTINGS, positions="rotary", seed=seed)
    contexts, targets = random_ids(12, seed).reshape(2, 6), random_ids(12, seed + 1).reshape(2, 6)
    logits = ours.forward(contexts)
    assert np.allclose(logits.reshape(2, 6, -1), library.all_logits(contexts), atol=1e-5)
    table = n13.backward(ours, loss.cross_entropy(logits, targets.ravel())[1])
    library.loss_and_gradients(contexts, targets)
    assert np.allclose(table, library.embedding.dtable, atol=1e-5)
    for block, other in zip(ours.blocks, library.blocks):
        for (_, gradient), (_, wanted) in zip(block.parameters(), other.parameters()):
            assert np.allclose(gradient, wanted, atol=1e-5)


@given(seed=st.integers(0, 1000), n=st.integers(1, 5), length=st.integers(1, 9))
def test_windows_with_a_target_at_each_place(n13, seed, n, length):
    ids = random_ids(40, seed)
    ours = n13.draw_windows(ids, np.random.default_rng(seed), n, length)
    library = every_position.EveryPosition(ids, length, 7)(np.random.default_rng(seed), n * length)
    assert all(map(np.array_equal, ours, library))


def test_reading_with_a_cache(n13):
    model = GPT(LETTERS, **GPT_SETTINGS, positions="rotary", seed=3)
    ids = random_ids(20, seed=4)
    ours, library = n13.Reader(model), model.reading([ids[:1].tolist()])
    logits = ours.read(ids[0])
    for id in ids[1:]:
        assert np.allclose(logits, library.logits()[0], atol=1e-5)
        logits = ours.read(id)
        library.add(np.array([id]))


@given(seed=st.integers(0, 100), n=st.integers(9, 40), half=st.integers(1, 4))
def test_windows_that_overlap_by_half(n13, seed, n, half):
    ids, length = random_ids(n, seed), 2 * half
    contexts, targets = n13.overlapping(ids, length)
    library = [np.concatenate(part) for part in zip(*every_position.half_windows(ids, length, 7, "before"))]
    assert np.array_equal(contexts, library[0][: len(contexts)])
    later = slice(1, len(contexts)), slice(half, None)
    assert np.array_equal(targets[later], library[1][: len(contexts)][later])
