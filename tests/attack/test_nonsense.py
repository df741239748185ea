"""Every argument of every public function, given every kind of nonsense: a result or one clear line, and no warning."""

import numpy as np
import pytest
from attacks import attack, outcome
from helpers import LETTERS, random_ids, tiny, tiny_gpt

import tinygpt_lib
from tinygpt_lib import alphabetize, chat, corpus, generation, layers, loss, optimizers, reward, training
from tinygpt_lib import windows as window_module
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, exchange
from tinygpt_lib.course import assistant, show, stored
from tinygpt_lib.course.experiments import grid
from tinygpt_lib.course.measures import ceilings, intervals, originality
from tinygpt_lib.course.show.panels import sampling_view
from tinygpt_lib.every_position import NO_TARGET, EveryPosition
from tinygpt_lib.files import read_bytes, write_atomically
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.ngrams import NGram
from tinygpt_lib.transformer import GPT
from tinygpt_lib.windows import Windows

CHAT = Tokenizer.train("abc ?I do not know.", max_token_length=1).with_special_tokens(CHAT_TOKENS)
IDS = random_ids(60)
NONSENSE = {
    "None": None, "True": True, "numpy's True": np.True_, "-1": -1, "0": 0, "0.5": 0.5, "nan": float("nan"),
    "inf": float("inf"), "10**400": 10**400, "1j": 1j, "''": "", "'x'": "x", "a million x": "x" * 10**6,
    "a line break": "\n", "a lone surrogate": "\ud800", "bytes": b"x", "[]": [], "[None]": [None], "[[]]": [[]],
    "[1, [2]]": [1, [2]], "['x']": ["x"], "[0.5]": [0.5], "[-1]": [-1], "[10**400]": [10**400], "{}": {},
    "{'a': 1}": {"a": 1}, "a set": {1}, "an object": object(), "a class": object, "zeros(0)": np.zeros(0),
    "zeros(3)": np.zeros(3), "zeros((2, 2))": np.zeros((2, 2)), "zeros((0, 3))": np.zeros((0, 3)),
    "arange(3)": np.arange(3), "truths": np.ones(3, bool), "nans": np.full(3, np.nan), "texts": np.array(["a"]),
    "objects": np.array([None, 1]), "a 0-d array": np.array(1.5), "dates": np.zeros(2, "M8[s]"),
    "a model": tiny(), "a tokenizer": LETTERS, "a GPT": tiny_gpt(), "TinyGPT": TinyGPT, "GPT": GPT,
    "Tokenizer": Tokenizer,
}  # fmt: skip


def rng():
    return np.random.default_rng(0)


def talker():
    return tiny(CHAT, context=20)


def sorter():
    return tiny(alphabetize.letters(3), context=4, padding="after")


def sampling():
    return {"temperature": 1.0, "top_n": 2, "seed": 0}


def drawing():
    return {**sampling(), "max_tokens": 3, "repetition_penalty": 0.5, "stop_ids": (1,), "top_p": 0.9}


def network():
    return {
        "context": 3, "encoding": "onehot", "embedding_size": 2, "padding": "before", "pad_id": 7, "hidden": (5,),
        "activation": "relu", "weight_init": "he", "bias_init": "zero", "dropout": 0.0, "dtype": "float32", "seed": 0,
    }  # fmt: skip


def transformer():
    return {
        "context": 3, "width": 8, "heads": 2, "layers": 2, "positions": "learned", "padding": "before", "pad_id": 7,
        "dropout": 0.0, "dtype": "float32", "seed": 0,
    }  # fmt: skip


def training_settings(model=tiny):
    return {
        "model": model(), "data": IDS, "valid_ids": IDS[:9], "steps": 1, "batch_size": 4, "learning_rate": 0.1,
        "optimizer": "sgd", "schedule": "linear", "weight_decay": 0.1, "windows": "random", "min_context": 1, "seed": 0,
        "every": 1, "on_check": None, "progress": False, "substring": None, "watch": None,
    }  # fmt: skip


def three():
    return [[1, 2, 3], [0, 0, 1]]


def talk(last="b"):
    return [*exchange("a?", "b"), {"role": "user", "content": last}]


def methods(name, make):
    """What a model of either kind does."""
    return {
        f"{name}.{method.__name__}": (method, arguments)
        for method, arguments in (
            (make().logits, lambda: {"contexts": three()}),
            (make().loss_and_gradients,
             lambda: {"contexts": three(), "targets": [1, 2], "weights": [1, 2], "rng": rng()}),
            (make().probabilities, lambda: {"ids": [1, 2]}),
            (make().evaluate_batches, lambda: {"batches": [(three(), [1, 2])]}),
            (make().exam, lambda: {"ids": IDS, "most": 9}),
            (make().examples, lambda: {"texts": three(), "asked": [[0, 1, 1]] * 2, "weights": three()}),
            (make().reading, lambda: {"texts": three()}),
            (make().loss, lambda: {"ids": IDS}),
            (make().grow, lambda: {"tok": LETTERS}),
            (make().save, lambda: {"path": "m.npz"}),
            (make().load, lambda: {"path": "none.npz"}),
        )
    }  # fmt: skip


# name: (function, what makes arguments that make sense)
TABLE = {
    "is_trained": (alphabetize.is_trained, lambda: {"shares": [1.0] * 10}),
    "letters": (alphabetize.letters, lambda: {"size": 3}),
    "random_strings": (alphabetize.random_strings, lambda: {"rng": rng(), "n": 2, "length": 2, "size": 3}),
    "sorted_right": (alphabetize.sorted_right, lambda: {"model": sorter(), "strings": [[1, 0]]}),
    "train_to_sort": (
        alphabetize.train_to_sort,
        lambda: {"model": sorter(), "size": 3, "strings_per_step": 8, "most": 16, "seed": 0, "pool": None,
                 "progress": False},
    ),
    "Tokenizer": (Tokenizer, lambda: {"byte_values": [97, 98], "merges": [(0, 1)], "special_tokens": ["<|a|>"]}),
    "Tokenizer.train": (
        Tokenizer.train,
        lambda: {"text": "abab", "vocab_size": 9, "max_token_length": 2, "special_tokens": ["<|a|>"],
                 "all_bytes": False},
    ),
    "Tokenizer.encode": (LETTERS.encode, lambda: {"text": "abc"}),
    "Tokenizer.decode": (LETTERS.decode, lambda: {"ids": [0, 1], "special": False}),
    "Tokenizer.decode_bytes": (LETTERS.decode_bytes, lambda: {"ids": [0, 1], "special": False}),
    "Tokenizer.token_text": (LETTERS.token_text, lambda: {"id": 1}),
    "Tokenizer.with_special_tokens": (LETTERS.with_special_tokens, lambda: {"names": ["<|a|>"]}),
    "Tokenizer.from_json": (Tokenizer.from_json, lambda: {"text": LETTERS.to_json()}),
    "Tokenizer.save": (LETTERS.save, lambda: {"path": "t.json"}),
    "Tokenizer.load": (Tokenizer.load, lambda: {"path": "none.json"}),
    "merge": (tinygpt_lib.merge, lambda: {"ids": [1, 1, 2], "pair": (1, 1), "new_id": 3}),
    "Answers": (chat.Answers, lambda: {"model": talker(), "conversations": [exchange("a", "b")]}),
    "Answers()": (chat.Answers(talker(), [exchange("a", "b")]), lambda: {"rng": rng(), "n": 3}),
    "check_conversation": (chat.check_conversation, lambda: {"messages": talk(), "last": "user"}),
    "render": (chat.render, lambda: {"tok": CHAT, "messages": talk(), "context": 40}),
    "prompt": (chat.prompt, lambda: {"tok": CHAT, "messages": talk(), "context": 40}),
    "mixed": (chat.mixed, lambda: {"first": print, "second": print, "share": 0.5}),
    "reply": (chat.reply, lambda: {"model": talker(), "messages": talk(), **sampling()}),
    "replies": (chat.replies, lambda: {"model": talker(), "questions": ["a?"], **sampling()}),
    "answer_ids": (chat.answer_ids, lambda: {"model": talker(), "messages": talk(), **sampling()}),
    "read_conversations": (chat.read_conversations, lambda: {"text": '{"messages": []}', "source": "here"}),
    "load_conversations": (chat.load_conversations, lambda: {"path": "none.jsonl"}),
    "speeches": (corpus.speeches, lambda: {"plays": ["Hamlet"]}),
    "split": (corpus.split, lambda: {"ids": [1, 2, 3], "fraction": 0.5}),
    "load_text": (corpus.load_text, lambda: {"path": "none.txt"}),
    "draw_token": (generation.draw_token, lambda: {"p": [0.5, 0.5], "rng": rng()}),
    "generate": (generation.generate, lambda: {"model": tiny(), "prompt": [1], **drawing(), "stream": False}),
    "sample": (generation.sample, lambda: {"model": tiny(), "prompts": [[1], [2]], **drawing()}),
    "next_token_distribution": (
        generation.next_token_distribution,
        lambda: {"logits": [0.0, 1.0], "temperature": 1.0, "top_n": 1, "repetition_penalty": 0.5, "recent": [1],
                 "top_p": 0.9},
    ),
    "Network": (
        layers.Network,
        lambda: {"sizes": (3, 4, 2), "activation": "relu", "weight_init": "he", "bias_init": "zero", "dropout": 0.1,
                 "rng": rng(), "dtype": "float32"},
    ),
    "softmax": (loss.softmax, lambda: {"logits": np.zeros((2, 3))}),
    "cross_entropy": (loss.cross_entropy, lambda: {"logits": np.zeros((2, 3)), "targets": [1, 2], "weights": [1, 1]}),
    "TinyGPT": (TinyGPT, lambda: {"tok": LETTERS, **network()}),
    **methods("TinyGPT", tiny),
    "TinyGPT.evaluate": (tiny().evaluate, lambda: {"ids": IDS, "context": 2}),
    "GPT": (GPT, lambda: {"tok": LETTERS, **transformer()}),
    **methods("GPT", tiny_gpt),
    "GPT.evaluate": (tiny_gpt().evaluate, lambda: {"ids": IDS, "context": None}),
    "GPT.evaluate, exact": (tiny_gpt().evaluate, lambda: {"ids": IDS, "context": 2}),
    "GPT.loss_and_gradients, at every place": (
        tiny_gpt().loss_and_gradients,
        lambda: {"contexts": three(), "targets": [[NO_TARGET, 1, 2], [0, 3, 4]], "weights": three(), "rng": rng()},
    ),
    "GPT.all_logits": (tiny_gpt().all_logits, lambda: {"ids": [[1, 2], [3, 4]]}),
    "GPT.attention": (tiny_gpt().attention, lambda: {"ids": [1, 2]}),
    "NGram": (NGram, lambda: {"ids": [0, 1, 0], "order": 2, "vocab_size": 2}),
    "NGram.probability": (NGram([0, 1, 0], 2, 2).probability, lambda: {"context": [1], "id": 0}),
    "NGram.surprises": (NGram([0, 1, 0], 2, 2).surprises, lambda: {"ids": [0, 1], "skip": 1}),
    "SGD": (optimizers.SGD, lambda: {"parameters": tiny().parameters()}),
    "Adam": (
        optimizers.Adam, lambda: {"parameters": tiny().parameters(), "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    ),
    "above_mean": (reward.above_mean, lambda: {"rewards": np.zeros((2, 3))}),
    "try_out": (
        reward.try_out,
        lambda: {"model": talker(), "questions": ["a"], "reward": lambda question, answer: 1.0, "samples": 2,
                 "length": 3, "rng": rng()},
    ),
    "rewarded": (
        reward.rewarded,
        lambda: {"model": talker(), "ask": lambda rng, n: ["a"] * n, "reward": lambda question, answer: 1.0,
                 "weigh": reward.above_mean, "length": 3, "samples": 2},
    ),
    "train": (training.train, training_settings),
    "train, a GPT": (training.train, lambda: training_settings(tiny_gpt)),
    "Windows": (
        Windows,
        lambda: {"ids": IDS, "context": 3, "pad_id": 7, "padding": "before", "min_context": 1, "starts": "random",
                 "substring": None},
    ),
    "Windows()": (Windows(IDS, 3, 7), lambda: {"rng": rng(), "n": 3}),
    "EveryPosition": (
        EveryPosition,
        lambda: {"ids": IDS, "context": 3, "pad_id": 7, "padding": "before", "min_context": 1, "starts": "random",
                 "substring": None},
    ),
    "EveryPosition()": (EveryPosition(IDS, 3, 7), lambda: {"rng": rng(), "n": 3}),
    "pad_contexts": (
        window_module.pad_contexts, lambda: {"contexts": [[1]], "context": 3, "pad_id": 7, "padding": "after"}
    ),
    "read_bytes": (read_bytes, lambda: {"path": "none"}),
    "write_atomically": (write_atomically, lambda: {"path": "a"}),
    "ceiling": (ceilings.ceiling, lambda: {"text": "abab", "length": 1}),
    "lowest_loss": (ceilings.lowest_loss, lambda: {"text": "abab", "length": 1}),
    "bits_per_byte": (ceilings.bits_per_byte, lambda: {"surprises": [1.0], "tokens": ["a"]}),
    "mean_and_interval": (intervals.mean_and_interval, lambda: {"values": [1.0, 2.0]}),
    "words": (originality.words, lambda: {"text": "a"}),
    "invented_words": (originality.invented_words, lambda: {"text": "a", "source": "b"}),
    "longest_copied_run": (originality.longest_copied_run, lambda: {"text": "ab", "source": "ab"}),
    "copied_pieces": (originality.copied_pieces, lambda: {"text": "ab", "source": "ab", "least": 2}),
    "copied_share": (originality.copied_share, lambda: {"text": "ab", "source": "ab", "least": 2}),
    "draw_pair": (assistant.draw_pair, lambda: {"rng": rng(), "about": assistant.names()[:9], "held_out": False}),
    "Judge": (assistant.Judge, lambda: {"tok": CHAT, "fields": (9, 9, 9), "seed": 0, "hidden": (4,)}),
    "Judge()": (assistant.Judge(CHAT, hidden=(4,)), lambda: {"pairs": [("a?", "b", "c", "right")]}),
    "precision_recall": (assistant.precision_recall, lambda: {"judged": [True], "truth": [False]}),
    "asked": (assistant.asked, lambda: {"about": ["Romeo"], "ways": ["Who is NAME?"], "rng": rng()}),
    "caught": (assistant.caught, lambda: {"known": [0.0, 1.0], "unknown": [2.0], "false_shares": [0.1]}),
    "entropies": (assistant.entropies, lambda: {"p": [[0.5, 0.5]]}),
    "exam": (lambda kind, **settings: assistant.exam(kind, **settings),
             lambda: {"kind": "known", "ways": ["Who is NAME?"], "fact": "play"}),
    "first_token": (assistant.first_token, lambda: {"model": talker(), "questions": ["a"]}),
    "invented_names": (assistant.invented_names, lambda: {"kind": "glued", "n": 2, "rng": rng()}),
    "learn": (
        assistant.learn,
        lambda: {"model": talker(), "known": chat.Answers(talker(), [exchange("a", "b")]),
                 "refusals": [exchange("a", "b")], "share": 0.5, "seed": 0, "progress": False, "steps": 1,
                 "batch_size": 4},
    ),
    "of_set": (lambda kind: assistant.of_set(kind), lambda: {"kind": "pool"}),
    "outcomes": (assistant.outcomes, lambda: {"model": talker(), "questions": [("a?", "b")]}),
    "refusing": (assistant.refusing, lambda: {"tok": CHAT, "questions": ["a?"], "context": 32}),
    "answered": (assistant.answered, lambda: {"string": "AB", "task": "alphabet", "working": "at once"}),
    "step_by_step": (
        assistant.step_by_step,
        lambda: {"seed": 0, "task": "alphabet", "working": "at once", "conversations": 2, "steps": 1, "length": 2,
                 "context": None},
    ),
    "fine_tune": (
        assistant.fine_tune,
        lambda: {"model": talker(), "chosen": [exchange("a", "b")], "seed": 0, "progress": False, "steps": 1},
    ),
    "right_answers": (assistant.right_answers, lambda: {"model": talker(), "chosen": [exchange("a", "b")]}),
    "with_chat_tokens": (assistant.with_chat_tokens, lambda: {"model": tiny()}),
    "coloured_tokens": (show.coloured_tokens, lambda: {"tok": LETTERS, "text": "abc"}),
    "coloured_conversation": (
        show.coloured_conversation, lambda: {"tok": CHAT, "rendered": chat.render(CHAT, exchange("a?", "b"))}
    ),
    "coloured_exchange": (show.coloured_exchange, lambda: {"tok": CHAT, "question": "a?", "ids": [0], "raw": False}),
    "distribution_after": (
        show.distribution_after,
        lambda: {"model": tiny(), "prompt": "a", "temperature": 1.0, "top_n": 2, "top_p": 0.9,
                 "repetition_penalty": 0.5},
    ),
    "beliefs": (show.beliefs, lambda: {"model": sorter(), "string": "CA"}),
    "sampling_view": (
        sampling_view,
        lambda: {"model": tiny(), "prompt": "a", "temperature": 1.0, "top_n": 2, "max_tokens": 2, "seed": 0,
                 "top_p": 0.9, "repetition_penalty": 0.5},
    ),
    "drawn_examples": (
        show.drawn_examples, lambda: {"starts": "wrap", "min_context": 2, "substring": 20, "n": 3, "seed": 0}
    ),
    "answering": (show.answering, lambda: {"model": talker(), "question": "a?", **sampling()}),
    "chat_panel": (
        show.chat_panel, lambda: {"model": talker(), "question": "a?", "temperature": 1.0, "top_n": 2, "pause": 0.1}
    ),
    "guessing_panel": (
        show.guessing_panel,
        lambda: {"text": "abcabc", "starts": [2], "length": 3, "order": "cab", "prices": [1, 2, 3], "rivals": {}},
    ),
    "stored_model": (stored.stored_model, lambda: {"name": "shakespeare"}),
    "model_facts": (stored.model_facts, lambda: {"name": "shakespeare"}),
    "load": (grid.load, lambda: {"name": "alphabetize_bar"}),
    "values": (
        grid.values, lambda: {"results": {"a": [{"n": 1}]}, "condition": "a", "key": "n"}
    ),
}  # fmt: skip
PLACES = [(name, argument) for name, (_, make) in TABLE.items() for argument in make()]
SHOWN = {"SCHEDULES", "OPTIMIZERS", "STARTS", "PIECES", "CHAT_TOKENS", "shakespeare", "exchange"}  # tables and the like


def test_the_table_has_every_public_function():
    public = {
        name
        for name in vars(tinygpt_lib)
        if not name.startswith("_") and not hasattr(vars(tinygpt_lib)[name], "__path__")
    }
    public = {name for name in public if type(vars(tinygpt_lib)[name]).__name__ != "module"}
    assert public - SHOWN <= TABLE.keys()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", TABLE)
def test_what_makes_sense_is_answered(name):
    function, make = TABLE[name]
    missing = {"none.json", "none.jsonl", "none.txt", "none.npz", "none"} & {str(value) for value in make().values()}
    extra = {"read_bytes": {"most": 9}, "write_atomically": {"data": b"x"}}.get(name, {})
    found = outcome(lambda: function(**make(), **extra))
    assert isinstance(found, ValueError) == bool(missing or name == "read_conversations"), found


@pytest.mark.parametrize("name, argument", PLACES)
def test_nonsense_is_answered_or_refused_clearly(name, argument):
    function, make = TABLE[name]
    extra = {"read_bytes": {"most": 9}, "write_atomically": {"data": b"x"}}.get(name, {})
    wrong = []
    for words, value in NONSENSE.items():
        try:
            with attack("nonsense as an argument"):
                found = outcome(lambda value=value: function(**{**make(), argument: value}, **extra))
                assert not isinstance(found, float) or np.isfinite(found), f"returns {found}"
        except Exception as error:
            wrong.append(f"{words}: {type(error).__name__}: {str(error)[:150]}")
    assert not wrong, "\n".join(wrong)
