"""A model measures and predicts what it should, is stored whole, and refuses what makes no sense."""

import io
import json
import os
import pickle

import numpy as np
import pytest
from helpers import LETTERS, random_ids, same, tiny, weights

from tinygpt_lib.archives import pack
from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.windows import PADDINGS

# ---- predicting and measuring ------------------------------------------------------------------------------------


def test_size_counts_every_parameter():
    assert tiny().size == 8 * 2 + (3 * 2 * 5 + 5) + (5 * 8 + 8)
    assert tiny(encoding="raw", hidden=()).size == 3 * 8 + 8


@pytest.mark.parametrize("hidden, sizes", [(4, [4]), ((), []), ([4, 3], [4, 3]), (np.array([4, 3]), [4, 3])])
def test_hidden_layers(hidden, sizes):
    model = tiny(hidden=hidden)
    assert model.settings["hidden"] == sizes
    assert [layer.W.shape[1] for layer in model.network.linears] == [*sizes, 8]


def test_a_number_given_as_text_is_a_number_everywhere():
    model = tiny(dropout="0.5")
    assert model.settings["dropout"] == model.network.layers[2].rate == 0.5


def test_same_seed_same_first_weights():
    assert same(weights(tiny(seed=1)), weights(tiny(seed=1)))
    assert not same(weights(tiny(seed=1)), weights(tiny(seed=2)))


@pytest.mark.parametrize("dtype", ["float32", "float64", np.float32, np.dtype("float64")])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_everything_has_the_dtype_asked_for(dtype, encoding):
    model = tiny(dtype=dtype, encoding=encoding, dropout=0.5)
    rng = np.random.default_rng(0)
    model.loss_and_gradients([[1, 2, 3]], [4], rng=rng)
    arrays = [array for pair in model.parameters() for array in pair]
    assert {array.dtype for array in (*arrays, model.logits([[1, 2, 3]]))} == {np.dtype(dtype)}


@pytest.mark.parametrize("padding", PADDINGS)
def test_probabilities_pad_and_cut_their_ids(padding):
    model = tiny(padding=padding)
    p = model.probabilities([1, 2])
    exps = np.exp(model.logits([[7, 1, 2]] if padding == "before" else [[1, 2, 7]])[0])
    np.testing.assert_allclose(p, exps / exps.sum(), rtol=1e-5)
    np.testing.assert_array_equal(model.probabilities([5, 6, 1, 2, 3]), model.probabilities([1, 2, 3]))


def test_another_token_may_be_the_pad():
    model = tiny(pad_id=0)
    np.testing.assert_array_equal(model.probabilities([1, 2]), model.probabilities([0, 1, 2]))


@pytest.mark.parametrize("context", [1, 2, 3, None])
@pytest.mark.parametrize("padding", PADDINGS)
def test_evaluate_equals_a_loop(context, padding):
    model, ids, length = tiny(padding=padding), random_ids(50), context or 3
    surprises, hits = [], []
    for end in range(length, len(ids)):
        p = model.probabilities(ids[end - length : end])
        surprises.append(-np.log(p[ids[end]]))
        hits.append(p.argmax() == ids[end])
    result = model.evaluate(ids, context)
    assert result.loss == pytest.approx(np.mean(surprises), rel=1e-5)
    assert result.accuracy == pytest.approx(np.mean(hits))
    if context is None:
        assert model.loss(ids) == result.loss


def test_evaluate_in_several_batches_equals_one(rng):
    """9,000 tokens are more than a batch of evaluate."""
    model, ids = tiny(), random_ids(9000)
    contexts = np.stack([ids[i : i + 3] for i in range(8997)])
    loss, right = model.loss_and_gradients(contexts, ids[3:])
    result = model.evaluate(ids)
    assert result.loss == pytest.approx(loss, rel=1e-5)
    assert result.accuracy == pytest.approx(right / 8997)


def test_logits_belong_to_the_caller():
    model = tiny()
    logits = model.logits([[1, 2, 3]])
    before = logits.copy()
    model.logits([[4, 5, 6]])
    model.evaluate(random_ids(20))
    model.loss_and_gradients([[0, 1, 0]], [2])
    np.testing.assert_array_equal(logits, before)


def test_logits_of_a_batch_are_those_of_its_rows():
    model, contexts = tiny(dtype="float64"), random_ids(30).reshape(10, 3)
    rows = [model.logits(contexts[i : i + 1])[0] for i in range(10)]
    np.testing.assert_allclose(model.logits(contexts), rows, rtol=1e-12)


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"context": 0}, "context is 0: it must be a whole number of at least 1"),
        ({"context": 2.0}, "context is 2.0"),
        ({"context": True}, "context is True"),
        ({"context": None}, "context is None"),
        ({"encoding": "two-hot"}, "encoding is 'two-hot': choose one of 'raw', 'normalized'"),
        ({"encoding": ["raw"]}, r"encoding is \['raw'\]: choose one of"),
        ({"embedding_size": 0}, "embedding_size is 0"),
        ({"padding": "left"}, "padding is 'left': choose one of 'before', 'after'"),
        ({"pad_id": 8}, "pad_id is 8: it must be a whole number from 0 to 7"),
        ({"pad_id": -1}, "pad_id is -1"),
        ({"hidden": (0,)}, "a hidden layer's size is 0"),
        ({"hidden": (4, 2.5)}, "a hidden layer's size is 2.5"),
        ({"hidden": "8"}, "a hidden layer's size is '8'"),
        ({"activation": "gelu"}, "activation is 'gelu': choose one of 'relu', 'tanh'"),
        ({"weight_init": "none"}, "weight_init is 'none'"),
        ({"bias_init": "none"}, "bias_init is 'none'"),
        ({"dropout": 1.0}, "dropout is 1.0: it must be a number of at least 0 and at most 0.99"),
        ({"dropout": -0.1}, "dropout is -0.1"),
        ({"dropout": float("nan")}, "dropout is nan"),
        ({"dropout": "much"}, "dropout is 'much'"),
        ({"dtype": "float16"}, "dtype is 'float16': choose one of 'float32', 'float64'"),
        ({"dtype": "floaty"}, "dtype is 'floaty'"),
        ({"dtype": None}, "dtype is 'None'"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": None}, "seed is None"),
    ],
)
def test_bad_settings_are_refused(settings, reason):
    with pytest.raises(ValueError, match=reason):
        tiny(**settings)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda model: model.logits([[1, 2, 8]]), "contexts holds the id 8: ids go from 0 to 7"),
        (lambda model: model.logits([[1, 2, -1]]), "contexts holds the id -1"),
        (lambda model: model.logits([[1, 2]]), "contexts have 2 tokens a row: this model's window is 3"),
        (lambda model: model.logits([1, 2, 3]), "contexts must be whole-number token ids with 2 ax"),
        (lambda model: model.logits([[1, 2, 3], [1]]), "contexts must be whole-number token ids with 2 ax"),
        (lambda model: model.logits([[1.0, 2.0, 3.0]]), "contexts must be whole-number token ids"),
        (lambda model: model.probabilities([]), "there are no ids to go on from"),
        (lambda model: model.probabilities([8]), "ids holds the id 8"),
        (lambda model: model.probabilities("abc"), "ids must be whole-number token ids"),
        (lambda model: model.probabilities([True]), "ids must be whole-number token ids"),
        (lambda model: model.evaluate([]), "the text has 0 tokens"),
        (lambda model: model.evaluate([1, 2, 3]), "the text has 3 tokens: to predict after 3 it needs at least 4"),
        (lambda model: model.evaluate([1, 2, 3, 99]), "the text holds the id 99"),
        (lambda model: model.evaluate([1, 2, 3, 4], context=4), "context is 4: it must be a whole number from 1 to 3"),
        (lambda model: model.evaluate([1, 2, 3, 4], context=0), "context is 0"),
    ],
)
def test_bad_ids_are_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use(tiny())


# ---- files -------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


@pytest.mark.parametrize("grown", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_loaded_model_is_the_saved_one(path, encoding, grown):
    model = tiny(encoding=encoding, padding="after", hidden=(6, 5), dropout=0.25, activation="tanh", seed=3)
    if grown:
        model.grow(LETTERS.with_special_tokens(["<|a|>"]))
    model.save(path)
    loaded = TinyGPT.load(path)
    contexts = random_ids(60, vocab_size=model.tok.vocab_size).reshape(20, 3)
    np.testing.assert_array_equal(loaded.logits(contexts), model.logits(contexts))
    assert same(weights(loaded), weights(model))
    assert loaded.settings == model.settings
    assert loaded.tok.to_json() == model.tok.to_json()


def test_a_trained_model_is_stored_as_it_is(path, trained):
    trained.save(str(path))
    assert TinyGPT.load(str(path)).probabilities([1, 2, 3]).tolist() == trained.probabilities([1, 2, 3]).tolist()


class Harmful:
    """Unpickling it would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(**changes):
    """A file whose header says something else, with no parameters."""
    made = {"format": "tinygpt model", "version": 1, "settings": tiny().settings, "tokenizer": LETTERS.to_json()}
    return npz(header=np.frombuffer(json.dumps({**made, **changes}).encode(), np.uint8))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"some text",
        b"PK\x03\x04 no archive",
        npy(np.zeros(3)),
        npz(a=np.zeros(3)),
        npz(header=np.zeros(3)),
        pickle.dumps({"format": "tinygpt model"}),
        header(),
        header(version=2),
        header(format="tinygpt tokenizer"),
        header(tokenizer="{}"),
        header(tokenizer=None),
        header(settings={"context": 0}),
        header(settings={"colour": "red"}),
        header(settings=None),
    ],
)
def test_other_files_are_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"model.npz is no complete TinyGPT model of version 1 \(.*\): save it again"):
        TinyGPT.load(path)


def test_a_missing_file_is_named(path):
    with pytest.raises(ValueError, match=r"there is no file .*model.npz"):
        TinyGPT.load(path)


@pytest.mark.parametrize("pack", [lambda thing: pickle.dumps(thing), lambda thing: npz(header=np.array([thing]))])
def test_loading_runs_no_code_from_the_file(path, tmp_path, pack):
    path.write_bytes(pack(Harmful(tmp_path / "harm")))
    with pytest.raises(ValueError, match=r"model.npz is no complete"):
        TinyGPT.load(path)
    assert not (tmp_path / "harm").exists()


def test_parameters_of_another_shape_are_refused(path):
    model = tiny()
    model.settings["hidden"] = [6]
    model.save(path)
    with pytest.raises(ValueError, match=r"model.npz .* has shape \(6, 5\), not \(6, 6\)"):
        TinyGPT.load(path)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A stored model's bytes, and its weights."""
    model = tiny(hidden=())
    path = tmp_path_factory.mktemp("stored") / "model.npz"
    model.save(path)
    return path.read_bytes(), weights(model)


def test_a_truncated_file_is_refused(path, stored):
    data, _ = stored
    for size in range(0, len(data), 11):
        path.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"model.npz is no complete"):
            TinyGPT.load(path)


def test_a_file_with_a_changed_byte_is_refused_or_no_different(path, stored):
    """Some bytes of an archive, such as its date, mean nothing to the model."""
    data, expected = stored
    refused = 0
    for place in range(0, len(data), 3):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            loaded = TinyGPT.load(path)
        except ValueError as error:
            refused += 1
            assert "model.npz is no complete" in str(error)
        else:
            assert same(weights(loaded), expected)
    assert refused > len(data) / 6


def test_a_save_that_fails_leaves_the_old_file(path, monkeypatch):
    old, new = tiny(seed=1), tiny(seed=2)
    old.save(path)

    def fail(*_):
        raise OSError("no room")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ValueError, match="cannot write .*model.npz: no room"):
        new.save(path)
    assert list(path.parent.iterdir()) == [path]
    assert same(weights(TinyGPT.load(path)), weights(old))


# ---- crafted files ------------------------------------------------------------------------------------------------


def crafted(model=None, arrays=None, **changes):
    """A whole file of a model, something in its header or its arrays changed."""
    model = model or tiny()
    made = {"format": "tinygpt model", "version": 1, "settings": model.settings, "tokenizer": model.tok.to_json()}
    stored = {f"p{i}": value for i, (value, _) in enumerate(model.parameters())}
    return pack({**made, **changes}, {**stored, **(arrays or {})})


def test_the_same_file_unchanged_is_loaded(path):
    path.write_bytes(crafted())
    assert same(weights(TinyGPT.load(path)), weights(tiny()))


@pytest.mark.parametrize(
    "data, reason",
    [
        (crafted(version=True), "its format is 'tinygpt model', version True"),
        (crafted(version=1.0), "version 1.0"),
        (crafted(settings={**tiny().settings, "context": True}), "context is True"),
        (crafted(settings={**tiny().settings, "dropout": "0.0"}), "its settings are not as they are saved"),
        (crafted(settings={k: v for k, v in tiny().settings.items() if k != "seed"}), "the settings are "),
        (crafted(settings={**tiny().settings, "colour": "red"}), "the settings are "),
        (crafted(settings={**tiny().settings, "hidden": [1] * 10**6}), "hidden has 1,000,000 layers: at most 100"),
        (crafted(settings={**tiny().settings, "context": 10**8}), "would have 1,000,000,069 parameters: at most"),
        (crafted(extra=1), "its settings are not as they are saved"),
        (crafted(largest_id=3), "its settings are not as they are saved"),
        (crafted(tiny(encoding="normalized")), "its settings are not as they are saved"),
        (crafted(tiny(encoding="normalized"), largest_id=8), "largest_id is 8: it must be a whole number from 1 to 7"),
        (crafted(arrays={"p9": np.zeros(1)}), "it has 6 parameters, not 5"),
        (crafted(arrays={"p1": np.zeros((7, 5), "f4")}), r"parameter p1 has shape \(7, 5\), not \(6, 5\)"),
        (crafted(arrays={"p1": np.zeros((6, 5), "f8")}), "parameter p1 is float64, not float32"),
        (crafted(arrays={"p1": np.full((6, 5), np.nan, "f4")}), "parameter p1 holds what is no number"),
        (crafted(arrays={"p4": np.full(8, np.inf, "f4")}), "parameter p4 holds what is no number"),
        (crafted(arrays={f"q{i}": np.zeros(1) for i in range(1001)}), "it has more than 1000 parts"),
    ],
)
def test_what_was_never_saved_so_is_refused(path, data, reason):
    path.write_bytes(data)
    with pytest.raises(ValueError, match=rf"model.npz is no complete TinyGPT model of version 1 \(.*{reason}"):
        TinyGPT.load(path)


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(ValueError, match="is a folder, not a file: give the path of a file$"):
        TinyGPT.load(tmp_path)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda model: model.evaluate_batches([]), "there are no batches to measure on"),
        (lambda model: model.evaluate_batches([([[1, 2, 3]], [1, 2])]), "there are 1 contexts for 2 targets"),
        (lambda model: model.evaluate_batches([([[1, 2, 9]], [1])]), "contexts holds the id 9"),
        (
            lambda model: model.loss_and_gradients([[1, 2, 3]], [1], [1, 2]),
            r"weights has the shape \(2,\), type int64: it must be numbers of shape \(1\)",
        ),
        (lambda model: model.loss_and_gradients([[1, 2, 3]], [1], "x"), r"weights has the shape \(\), type <U1"),
        (lambda model: model.loss_and_gradients([[1, 2, 3]], [1], rng=3), "rng is 3: it must be a generator"),
        (lambda model: model.grow("x"), "the tokenizer is 'x': it must be a Tokenizer"),
        (lambda model: TinyGPT(model), "the tokenizer is <tinygpt_lib.model.TinyGPT object"),
        (lambda model: tiny(hidden=[[3], [4, 5]]), r"a hidden layer's size is \[3\]"),
        (lambda model: tiny(hidden=10**9), "would have 15,000,000,024 parameters: at most 20,000,000; make it smaller"),
    ],
)
def test_wrong_arguments_are_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use(tiny())
