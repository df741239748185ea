"""What a language model is here, and what all of them do alike."""

from typing import NamedTuple

import numpy as np

from tinygpt_lib.archives import Archive, pack
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.checks import a_tokenizer, cut, pairs, shown, shown_path, token_ids, whole_number
from tinygpt_lib.files import read_bytes, write_atomically
from tinygpt_lib.loss import cross_entropy, softmax
from tinygpt_lib.reading import Sliding
from tinygpt_lib.windows import Windows, all_contexts, pad_contexts, predictable, single_tokens

MOST_BYTES = 2**28  # of a model's file
MOST_TARGETS = 10**6  # of an exam that is no whole text


class Evaluation(NamedTuple):
    """Mean loss in nats per token, and the share of tokens whose most probable guess was right."""

    loss: float
    accuracy: float


class LanguageModel:
    """Given up to `context` tokens, a probability for each token that may come next.

    Whatever trains, asks or stores a model uses only this:

    - `tok`, `settings`, `context`, `padding`, `pad_id`, `parameters()`;
    - `logits(contexts)`: (B, context), padded -> (B, vocab_size);
    - `loss_and_gradients(contexts, targets, weights, rng)`, for training. Targets are (B,), what comes after each
      context; or, for a model that learns at every place of a window, (B, context), with NO_TARGET where nothing is
      asked. Weights have the targets' shape. The loss is the mean over all that is asked;
    - `windows`, the class that draws such examples from a text; `examples(texts, asked)`, which makes them of texts;
    - `reading(texts)`, for generation: `logits()` after what was read, `add(ids)`, `keep(rows)`;
    - `exam(ids, most)`: the batches by which a text is measured;
    - `evaluate`, `evaluate_batches`, `loss`, `probabilities`, `grow`, `save`, `load`.

    What stands here is for a model with one target a context. A kind of model that can be stored has a FORMAT, and the
    functions `_checked_settings(tok, given)` and `_shapes(settings, vocab_size)`.
    """

    windows = Windows

    def _set_up(self, tok, settings):
        """Check the settings, keep them, and return the generator that draws the first weights."""
        self.tok = a_tokenizer(tok)
        self.settings = settings = self._checked_settings(tok, settings)
        self._shapes(settings, tok.vocab_size)  # refuses what is too large
        self.context, self.padding, self.pad_id = settings["context"], settings["padding"], settings["pad_id"]
        self.dtype = np.dtype(settings["dtype"])
        return np.random.default_rng(settings["seed"])

    @property
    def size(self) -> int:
        """How many numbers training changes."""
        return sum(value.size for value, _ in self.parameters())

    def _checked(self, contexts):
        contexts = token_ids("contexts", contexts, self.tok.vocab_size, dimensions=2)
        if contexts.shape[1] != self.context:
            raise ValueError(f"contexts have {contexts.shape[1]} tokens a row: this model's window is {self.context}")
        return contexts

    def probabilities(self, ids):
        """The probability of each token to come after `ids` (one or more; the last `context` count): (vocab_size,)."""
        ids = token_ids("ids", ids, self.tok.vocab_size)
        if len(ids) == 0:
            raise ValueError("there are no ids to go on from: give at least one token")
        return softmax(self.logits(pad_contexts([ids], self.context, self.pad_id, self.padding))[0])

    def exam(self, ids, most=None):
        """Batches for `evaluate_batches`: every token with a full window before it, or `most`, evenly spread."""
        if most is None:
            return all_contexts(ids, self.context, self.context, self.pad_id, self.padding, self.tok.vocab_size)
        ids = predictable(ids, self.context, self.tok.vocab_size)
        most = whole_number("most", most, 1, MOST_TARGETS)
        ends = np.unique(np.linspace(self.context, len(ids) - 1, most).astype(int))
        windows = ids[ends[:, None] + np.arange(-self.context, 1)]  # (n, T + 1): a window and its target
        return [(part[:, :-1], part[:, -1]) for part in np.array_split(windows, min(4, len(windows)))]

    def examples(self, texts, asked, weights=None):
        """A context for each token of texts (lists of ids) that is `asked` for (lists of truths): contexts (N, T).

        Returns targets, and weights (None: all 1), which are given as lists like `asked`, too: (N,).
        """
        return single_tokens(texts, asked, weights, self.context, self.pad_id, self.padding)

    def reading(self, texts):
        """Texts (lists of ids) as they are read and go on, in generation; see `reading`."""
        return Sliding(self, texts)

    def evaluate_batches(self, batches) -> Evaluation:
        """Loss and accuracy over an iterable of pairs (contexts, targets), as `loss_and_gradients` takes them."""
        total, right, count = 0.0, 0, 0
        for contexts, targets in pairs("batches", batches):
            logits, targets, _ = self._asked(contexts, targets)
            total += cross_entropy(logits, targets)[0] * len(targets)
            right += int((logits.argmax(axis=1) == targets).sum())
            count += len(targets)
        if count == 0:
            raise ValueError("there are no batches to measure on: give at least one")
        return Evaluation(total / count, right / count)

    def loss(self, ids) -> float:
        """Mean loss in nats per token over a text, as `evaluate` measures it."""
        return self.evaluate(ids).loss

    def _extra_tokens(self, tok):
        """How many tokens `tok` has more, and a generator for their first weights; ValueError if it is no growth."""
        old = self.tok
        a_tokenizer(tok, "tokens", "merges")
        kept = list(tok.special_ids)[: len(old.special_ids)] == list(old.special_ids)
        if tok.tokens != old.tokens or tok.merges != old.merges or not kept:
            raise ValueError("grow takes this model's own tokenizer with special tokens added: use with_special_tokens")
        return tok.vocab_size - old.vocab_size, np.random.default_rng([self.settings["seed"], tok.vocab_size])

    # ---- files -------------------------------------------------------------------------------------------------

    def save(self, path):
        """Write model and tokenizer to one file, whole or not at all."""
        header = {"format": self.FORMAT, "version": 1, "settings": self.settings, "tokenizer": self.tok.to_json()}
        arrays = {f"p{i}": value for i, (value, _) in enumerate(self.parameters())}
        write_atomically(path, pack(header | self._more_header(), arrays))

    def _more_header(self) -> dict:
        """What else a file has to say of this model."""
        return {}

    @classmethod
    def load(cls, path):
        """Read a model that `save` wrote; ValueError if it is anything else, or damaged.

        Runs no code from the file, and takes no memory for what does not fit its settings.
        """
        data = read_bytes(path, MOST_BYTES)
        try:
            return cls._read(Archive(data))
        except MemoryError:
            reason = "there is not enough memory"
        except ValueError as error:
            reason = cut(error, 120)
        raise ValueError(
            f"{shown_path(path)} is no complete {cls.__name__} model of version 1 ({reason}): save it again"
        )

    @classmethod
    def _read(cls, archive):
        header, known = archive.header, {"format", "version", "settings", "tokenizer"}
        if header.get("format") != cls.FORMAT or not (type(header.get("version")) is int and header["version"] == 1):
            raise ValueError(f"its format is {shown(header.get('format'))}, version {shown(header.get('version'))}")
        tok = Tokenizer.from_json(header.get("tokenizer"))
        settings = cls._checked_settings(tok, header.get("settings"))
        more = {key: header[key] for key in header.keys() - known}
        if settings != header["settings"] or more.keys() != cls._more_keys(settings):
            raise ValueError("its settings are not as they are saved")
        expected = {f"p{i}": shape for i, shape in enumerate(cls._shapes(settings, tok.vocab_size))}
        if archive.kinds.keys() != expected.keys():
            raise ValueError(f"it has {len(archive.kinds)} parameters, not {len(expected)}")
        for name, shape in expected.items():
            found, dtype = archive.kinds[name]
            if found != shape:
                raise ValueError(f"parameter {name} has shape {shown(found)}, not {shape}")
            if dtype != settings["dtype"]:
                raise ValueError(f"parameter {name} is {dtype.name}, not {settings['dtype']}")
        model = cls(tok, **settings)
        model._take_header(more)
        for (value, _), name in zip(model.parameters(), expected):
            value[:] = archive[name]
            if not np.isfinite(value).all():
                raise ValueError(f"parameter {name} holds what is no number: its training had diverged")
        return model

    @staticmethod
    def _more_keys(settings) -> set:
        return set()

    def _take_header(self, more):
        """Take over what `_more_header` gave."""
