"""Training learns, repeats itself from a seed, ends when told to, and writes nothing."""

import math
import signal
import threading

import numpy as np
import pytest
from helpers import interrupt, random_ids, same, tiny, weights

from tinygpt_lib import training
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.interrupts import whole_or_nothing
from tinygpt_lib.language_model import LanguageModel
from tinygpt_lib.training import History, train
from tinygpt_lib.windows import Windows

IDS = random_ids(200)


def run(model=None, data=IDS, **settings):
    """A short, quiet training run. Returns the model and its history."""
    model = model or tiny()
    return model, train(model, data, **{"steps": 8, "batch_size": 16, "every": 3, "progress": False, **settings})


def still(rng, n):
    """A draw function whose examples all weigh nothing."""
    return rng.integers(0, 7, (n, 3)), rng.integers(0, 7, n), np.zeros(n)


# ---- learning ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["onehot", "embedding"])
@pytest.mark.parametrize("optimizer, learning_rate", [("adam", 1e-2), ("sgd", 0.3)])
def test_a_short_text_is_memorised(encoding, optimizer, learning_rate):
    verse = "now is the winter of our discontent made glorious summer by this sun of york"
    tok = Tokenizer.train(verse, max_token_length=1)
    ids = tok.encode(verse)
    model = tiny(tok, context=6, encoding=encoding, embedding_size=6, hidden=(48,))
    untrained = model.loss(ids)
    run(model, ids, steps=400, batch_size=64, min_context=6, optimizer=optimizer, learning_rate=learning_rate)
    assert untrained == pytest.approx(math.log(tok.vocab_size), abs=1)
    assert model.loss(ids) < 0.1
    assert model.evaluate(ids).accuracy == 1


def test_the_trained_fixture_knows_its_rhyme(trained):
    assert trained.loss(trained.tok.encode("the cat sat on the mat, the rat ran from the cat. ")) < 0.3


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.5}, {"encoding": "presence", "activation": "tanh"}])
def test_same_seed_same_weights(settings):
    (one, first), (two, second), (three, _) = (run(tiny(**settings), seed=seed) for seed in (4, 4, 5))
    assert same(weights(one), weights(two))
    assert first.loss == second.loss
    assert not same(weights(one), weights(three))


def test_dropout_acts_in_training():
    assert not same(weights(run(tiny(dropout=0.5))[0]), weights(run(tiny(dropout=0.0))[0]))


def test_data_may_be_a_draw_function():
    batch = np.array([[1, 2, 3]] * 4), np.array([4] * 4), np.ones(4)
    model, _ = run(data=lambda rng, n: batch, steps=100, batch_size=4, learning_rate=0.05)
    assert model.probabilities([1, 2, 3])[4] > 0.95


def test_examples_of_weight_0_teach_nothing():
    model = tiny()
    before = weights(model)
    run(model, still, optimizer="sgd")
    assert same(weights(model), before)


def test_every_way_of_drawing_from_a_text_is_passed_on(monkeypatch):
    seen = []
    monkeypatch.setattr(LanguageModel, "windows", staticmethod(lambda *settings: seen.append(settings) or still))
    run(tiny(padding="after"), min_context=2, windows="chunks", substring=9)
    ((ids, *rest),) = seen
    np.testing.assert_array_equal(ids, IDS)
    assert rest == [3, 7, "after", 2, "chunks", 9]


# ---- learning rate and weight decay ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schedule, expected",
    [
        ("constant", [0.2, 0.2, 0.2, 0.2]),
        ("linear", [0.2, 0.15, 0.1, 0.05]),
        ("warmup", [0.0, 0.2 * 0.75 / 0.95, 0.2 * 0.5 / 0.95, 0.2 * 0.25 / 0.95]),
        ("cosine", [0.2, 0.1 + np.sqrt(0.005), 0.1, 0.1 - np.sqrt(0.005)]),
    ],
)
def test_schedule(schedule, expected, monkeypatch):
    rates = []

    class Recorder:
        def __init__(self, parameters):
            pass

        def step(self, learning_rate):
            rates.append(learning_rate)

    monkeypatch.setitem(training.OPTIMIZERS, "sgd", Recorder)
    run(steps=4, schedule=schedule, learning_rate=0.2, optimizer="sgd")
    assert rates == pytest.approx(expected)


def test_weight_decay_shrinks_weights_and_not_biases():
    model = tiny(bias_init="constant_0.1")
    before = weights(model)
    run(model, still, steps=5, optimizer="sgd", schedule="constant", learning_rate=0.1, weight_decay=0.5)
    for old, new in zip(before, weights(model)):
        np.testing.assert_allclose(new, old * 0.95**5 if old.ndim == 2 else old, rtol=1e-5)


def test_weight_decay_falls_with_the_learning_rate():
    model = tiny()
    before = weights(model)
    run(model, still, steps=4, optimizer="sgd", schedule="linear", learning_rate=0.2, weight_decay=0.5)
    share = 0.9 * (1 - 0.15 * 0.5) * (1 - 0.1 * 0.5) * (1 - 0.05 * 0.5)
    for old, new in zip(before, weights(model)):
        np.testing.assert_allclose(new, old * share if old.ndim == 2 else old, rtol=1e-5)


# ---- what is measured --------------------------------------------------------------------------------------------


def test_history_has_a_value_a_check():
    _, history = run(steps=8, every=3, batch_size=16)
    assert history.step == [3, 6, 8]
    assert history.examples == [48, 96, 128]
    assert len(history.loss) == len(history.accuracy) == len(history.seconds) == 3
    assert history.valid_loss == history.valid_accuracy == []
    assert history.seconds == sorted(history.seconds)
    assert all(0 <= share <= 1 for share in history.accuracy)
    assert history.ended == "finished"


def test_training_loss_is_the_mean_since_the_check_before():
    _, each = run(steps=6, every=1)
    _, history = run(steps=6, every=4)
    assert history.loss == pytest.approx([np.mean(each.loss[:4]), np.mean(each.loss[4:])])
    assert history.accuracy == pytest.approx([np.mean(each.accuracy[:4]), np.mean(each.accuracy[4:])])


@pytest.mark.parametrize("padding", ["before", "after"])
@pytest.mark.parametrize("n", [4, 5, 6, 7, 100])
def test_validation_equals_evaluate(n, padding):
    """At full windows, down to a text of one example."""
    valid = random_ids(n, seed=1)
    model, history = run(tiny(padding=padding), valid_ids=valid)
    assert len(history.valid_loss) == len(history.valid_accuracy) == 3
    result = model.evaluate(valid)
    assert (history.valid_loss[-1], history.valid_accuracy[-1]) == pytest.approx(tuple(result), rel=1e-5)


def test_a_long_validation_text_is_measured_in_places_spread_over_it(monkeypatch):
    monkeypatch.setattr(training, "VALID_EXAMPLES", 11)
    model, measured = tiny(), []
    measure = model.evaluate_batches
    monkeypatch.setattr(model, "evaluate_batches", lambda batches: measured.append(batches) or measure(batches))
    run(model, valid_ids=np.arange(1004) % 7)
    assert len(measured) == 3
    for batches in measured:
        rows = [(context.tolist(), target) for part in batches for context, target in zip(*part)]
        assert rows == [([(end - 3) % 7, (end - 2) % 7, (end - 1) % 7], end % 7) for end in range(3, 1004, 100)]


def test_validation_changes_no_training():
    assert same(weights(run()[0]), weights(run(valid_ids=IDS)[0]))


def test_history_in_words():
    assert str(History()) == "finished before the first check"
    assert str(run(steps=2)[1]).startswith("finished after 2 steps: training loss ")
    assert "validation loss" in str(run(valid_ids=IDS)[1])


def test_watch_sees_the_history_at_each_check():
    seen = []
    _, history = run(watch=lambda history: seen.append(list(history.step)))
    assert seen == [[3], [3, 6], [3, 6, 8]]


# ---- ending ------------------------------------------------------------------------------------------------------


def test_on_check_may_end_the_run():
    steps = []
    model, history = run(steps=90, schedule="constant", on_check=lambda model, step: steps.append(step) or step == 6)
    assert steps == history.step == [3, 6]
    assert history.ended == "on_check"
    assert same(weights(model), weights(run(steps=6, schedule="constant")[0]))


def interrupted_run(where, at, model):
    """A run of 50 steps, checked every 2, interrupted in step `at` by a draw function, a watch or an on_check."""
    draw = Windows(IDS, 3, 7)
    drawn = []

    def draw_and_interrupt(rng, n):
        drawn.append(n)
        if where == "draw" and len(drawn) == at:
            interrupt()
        return draw(rng, n)

    def watch(history):
        if where == "watch" and history.step[-1] == at:
            interrupt()

    def on_check(model, step):
        if where == "on_check" and step == at:
            interrupt()

    settings = {"steps": 50, "every": 2, "schedule": "constant"}
    return run(model, draw_and_interrupt, watch=watch, on_check=on_check, **settings)[1]


@pytest.mark.parametrize("where, at", [("draw", 1), ("draw", 4), ("draw", 50), ("watch", 4), ("on_check", 4)])
def test_an_interrupt_ends_after_its_step_and_keeps_what_was_learnt(where, at, capsys):
    model, before = tiny(), signal.getsignal(signal.SIGINT)
    history = interrupted_run(where, at, model)
    assert (history.ended, history.step[-1]) == ("interrupted", at)
    assert capsys.readouterr().out == f"Interrupted after step {at}: the model keeps what it has learnt.\n"
    assert signal.getsignal(signal.SIGINT) is before
    uninterrupted, _ = run(steps=at, schedule="constant")
    assert same(weights(model), weights(uninterrupted))  # whole steps only
    assert not same(weights(model), weights(tiny()))


def test_a_second_interrupt_stops_at_once():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run(data=lambda rng, n: (interrupt(), interrupt()))
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("place", ["draw", "evaluate_batches", "step", "append"])
def test_a_second_interrupt_leaves_whole_steps_and_whole_records(place, monkeypatch):
    """Wherever in a step both of them come: the third step's update and record are done wholly or not at all."""
    calls, model, histories = [], tiny(), []

    def interrupting(function):
        def call(*arguments):
            calls.append(place)
            result = function(*arguments)
            if len(calls) == 3:
                interrupt(), interrupt()
            return result

        return call

    class Adam(training.OPTIMIZERS["adam"]):
        step = interrupting(training.OPTIMIZERS["adam"].step) if place == "step" else training.OPTIMIZERS["adam"].step

    draw = Windows(IDS, 3, 7)
    monkeypatch.setitem(training.OPTIMIZERS, "adam", Adam)
    if place == "evaluate_batches":
        monkeypatch.setattr(model, place, interrupting(model.evaluate_batches))
    if place == "append":
        monkeypatch.setattr(History, "append", interrupting(History.append))
    settings = {"steps": 9, "every": 1, "schedule": "constant", "valid_ids": IDS, "watch": histories.append}
    with pytest.raises(KeyboardInterrupt):
        run(model, interrupting(draw) if place == "draw" else draw, **settings)
    whole = {"draw": 2}.get(place, 3)
    assert same(weights(model), weights(run(steps=whole, schedule="constant")[0]))
    columns = [len(values) for name, values in vars(histories[-1]).items() if name != "ended"]
    assert set(columns) == {3 if place == "append" else 2}


def test_what_is_to_be_stored_is_trained_wholly_or_not_at_all(capsys):
    model, before = tiny(), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), whole_or_nothing():
        interrupted_run("draw", 4, model)
    assert capsys.readouterr().out == ""
    assert same(weights(model), weights(run(steps=4, schedule="constant")[0]))
    assert signal.getsignal(signal.SIGINT) is before
    assert interrupted_run("draw", 4, tiny()).ended == "interrupted"  # outside it is as before


def test_the_handler_is_restored_after_an_error():
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(ZeroDivisionError):
            run(on_check=lambda model, step: 1 / 0)
        assert signal.getsignal(signal.SIGINT) is interrupt
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_loss_that_is_no_number_ends_the_run(capsys):
    _, history = run(optimizer="sgd", learning_rate=1e6, steps=500)
    assert history.ended == "diverged"
    said = capsys.readouterr().out
    assert said.startswith("Stopped: the loss became nan at step ")
    assert said.endswith("try a learning rate below 1000000.0.\n")
    assert str(history).startswith("diverged")


def test_training_works_in_another_thread():
    done = []
    thread = threading.Thread(target=lambda: done.append(run()), daemon=True)
    thread.start()
    thread.join(60)  # a bar's lock that an interrupt left locked would stop it for ever
    ((model, history),) = done
    assert history.ended == "finished"
    assert same(weights(model), weights(run()[0]))


def test_nothing_is_written_to_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(valid_ids=IDS)
    assert list(tmp_path.iterdir()) == []


def test_the_progress_bar_counts_examples(capsys):
    run(progress=True)
    said = capsys.readouterr()
    assert "128" in said.err
    assert "loss " in said.err
    assert said.out == ""


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"steps": 0}, "steps is 0: it must be a whole number of at least 1"),
        ({"steps": 1e3}, "steps is 1000.0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"every": 0}, "every is 0"),
        ({"learning_rate": 0}, "learning_rate is 0: it must be a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
        ({"weight_decay": -1}, "weight_decay is -1"),
        ({"optimizer": "lion"}, "optimizer is 'lion': choose one of 'sgd', 'adam'"),
        ({"schedule": "step"}, "schedule is 'step': choose one of 'constant', 'linear', 'cosine', 'warmup'"),
        ({"windows": "all"}, "windows is 'all'"),
        ({"min_context": 4}, "min_context is 4: it must be a whole number from 1 to 3"),
        ({"substring": 0}, "substring is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"data": [1, 2, 3]}, "the text has 3 tokens, too few for a window: it needs at least 4"),
        ({"data": [1, 2, 3, 99]}, "data holds the id 99"),
        ({"data": "some text"}, "data must be whole-number token ids"),
        ({"data": None}, "data must be whole-number token ids"),
        ({"batch_size": 10**7}, "batch_size is 10000000: it must be a whole number from 1 to 1000000"),
        ({"watch": 3}, "watch is 3: it must be a function"),
        ({"on_check": [1]}, r"on_check is \[1\]: it must be a function"),
        ({"valid_ids": [1, 2, 3]}, "valid_ids has 3 tokens: it needs at least 4"),
        ({"valid_ids": [1, 2, 3, -1]}, "valid_ids holds the id -1"),
        (
            {"data": lambda rng, n: (np.zeros((n, 2), int), np.zeros(n, int), np.ones(n))},
            "contexts have 2 tokens a row",
        ),
        ({"data": lambda rng, n: (np.zeros((n, 3), int), np.full(n, 8), np.ones(n))}, "targets holds the id 8"),
    ],
)
def test_bad_settings_are_refused_and_change_nothing(settings, reason):
    model = tiny()
    before = weights(model)
    with pytest.raises(ValueError, match=reason):
        run(model, **settings)
    assert same(weights(model), before)


def test_what_is_no_model_is_refused():
    for model in (None, "model", tiny().tok, type(tiny())):
        with pytest.raises(ValueError, match="model is .*: it must be a language model, such as a TinyGPT"):
            train(model, IDS, progress=False)
