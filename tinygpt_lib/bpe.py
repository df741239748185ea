"""Byte-pair encoding: text to tokens (small integers) and back.

Start with one token per byte. Then, again and again, glue the most frequent pair of neighbouring tokens into a new
token. Notebook 01 builds this step by step; here it is made fast by counting each distinct piece of text once, and in
`merges` by updating the pair counts after a merge instead of counting again.
Sennrich et al. 2016, https://arxiv.org/abs/1508.07909
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from tinygpt_lib.checks import cut, flag, listed, shown, shown_path, token_ids, whole_number
from tinygpt_lib.files import read_bytes, write_atomically
from tinygpt_lib.merges import apply_merges, learn_merges

PAD = "<|pad|>"

# How text is cut into pieces; no merge crosses a cut. A word with the one space before it; a run of punctuation; a
# run of line breaks; a run of other white space. Every character is one of these four, so nothing is lost.
PIECES = re.compile(r" ?\w+|[^\w\s]+|\n+|[^\S\n]+")

# How text is read, about 64 KB at a time: up to where white space follows something else, which is always a cut.
PORTIONS = re.compile(r".{65536}\s*\S+|.+", re.DOTALL)

# A merge may double a token, so a file of 60 merges could ask for 2**60 bytes. All tokens together have at most so many
# (64 MiB); only a text made for it teaches more, such as a run of one letter of 50 MB.
MOST_BYTES = 2**26
MOST_JSON = 2**23  # characters of a tokenizer's file: room for about 450,000 merges
KNOWN_PIECES = 2**16  # kept while a text is encoded: twice what all 38 plays have, and about 20 MB


class Tokenizer:
    """Turns text into token ids and back.

    Ids: single bytes in ascending order from 0, then merges in the order they were learnt, then special tokens, of
    which `<|pad|>` is the first. Special tokens stand for things that are not text; text never produces them.

    >>> tok = Tokenizer.train("low lower lowest", vocab_size=12)
    >>> [tok.token_text(i) for i in tok.encode("low lowest")]
    ['low', ' low', 'e', 's', 't']
    """

    def __init__(self, byte_values, merges=(), special_tokens=()):
        """byte_values: the bytes (0-255) that are tokens. merges: pairs of ids. special_tokens: names after the pad."""
        values = byte_values if isinstance(byte_values, bytes) else listed("byte_values", byte_values, "bytes")
        values = {whole_number("a byte", value, 0, 255) for value in values}
        self._byte_ids = {value: id for id, value in enumerate(sorted(values))}
        self._ranks, self._lengths, n_bytes = {}, [1] * len(values), len(values)
        for pair in listed("merges", merges, "pairs"):
            pair = tuple(
                whole_number("an id in a merge", id, 0, len(self._lengths) - 1) for id in listed("a merge", pair, "ids")
            )
            if len(pair) != 2 or pair in self._ranks:
                raise ValueError(f"the merge {shown(pair)} is refused: merges are pairs of ids, each there once")
            self._ranks[pair] = len(self._ranks)
            self._lengths.append(self._lengths[pair[0]] + self._lengths[pair[1]])
            n_bytes += self._lengths[-1]
            if n_bytes > MOST_BYTES:
                raise ValueError(f"the tokens have more than {MOST_BYTES:,} bytes in all: train with max_token_length")
        self.merges = list(self._ranks)
        self.tokens = [bytes([value]) for value in self._byte_ids]
        for left, right in self.merges:
            self.tokens.append(self.tokens[left] + self.tokens[right])
        self.special_ids = {}
        names = listed("special_tokens", special_tokens, "names")
        for name in (PAD, *(name for name in names if not isinstance(name, str) or name != PAD)):
            right = isinstance(name, str) and name.isprintable() and 0 < len(name) <= 80
            if not right or name in self.special_ids:
                raise ValueError(
                    f"special token {shown(name)} is refused: names are 1 to 80 printable characters, each used once"
                )
            self.special_ids[name] = len(self.tokens) + len(self.special_ids)

    # ---- what it is made of ------------------------------------------------------------------------------------

    @property
    def vocab_size(self) -> int:
        """How many tokens there are: bytes, merges and special tokens together."""
        return len(self.tokens) + len(self.special_ids)

    @property
    def pad_id(self) -> int:
        """The id of the padding token."""
        return self.special_ids[PAD]

    def token_text(self, id) -> str:
        """One token as text to show; bytes that are no character on their own appear as the replacement character."""
        return self.decode([id], special=True)

    def with_special_tokens(self, names):
        """A new tokenizer with a list of special tokens added at the end; every old id stays what it was."""
        specials = [*self.special_ids, *listed("special_tokens", names, "names")]
        return Tokenizer(self._byte_ids, self.merges, specials[1:])

    # ---- learning ----------------------------------------------------------------------------------------------

    @classmethod
    def train(cls, text, vocab_size=512, max_token_length=None, special_tokens=(), all_bytes=False):
        """Learn merges from `text` until there are `vocab_size` tokens (an upper limit; it counts everything).

        The most frequent pair is merged first; of equally frequent pairs, the one with the smaller left id, then the
        smaller right id. A pair seen once only is not merged. `max_token_length` limits a token's bytes: 1 means no
        merges at all. `all_bytes=True` starts from all 256 bytes, so that any text can be encoded.
        """
        if not isinstance(text, str):
            raise ValueError(f"train takes text, not {type(text).__name__}")
        if not flag("all_bytes", all_bytes) and not text:
            raise ValueError("the text is empty: give some text to learn from, or all_bytes=True")
        vocab_size = whole_number("vocab_size", vocab_size, 1)
        if max_token_length is not None:
            max_token_length = whole_number("max_token_length", max_token_length, 1)
        special_tokens = listed("special_tokens", special_tokens, "names")
        pieces = {_to_bytes(piece, text): count for piece, count in Counter(_pieces(text)).items()}
        base = cls(range(256) if all_bytes else set().union(*pieces), special_tokens=special_tokens)
        if vocab_size < base.vocab_size:
            raise ValueError(
                f"vocab_size {vocab_size} is too small: the bytes and special tokens alone are {base.vocab_size}"
            )
        words = ((map(base._byte_ids.get, piece), count) for piece, count in pieces.items())
        merges = learn_merges(words, len(base.tokens), vocab_size - base.vocab_size, max_token_length)
        return cls(base._byte_ids, merges, special_tokens)

    # ---- text to ids and back ----------------------------------------------------------------------------------

    def encode(self, text) -> list[int]:
        """The token ids of `text`. Raises ValueError, naming character and position, for a byte never seen."""
        if not isinstance(text, str):
            raise ValueError(f"encode takes text, not {type(text).__name__}")
        known, ids = {}, []
        for piece in _pieces(text):
            if piece not in known:
                if len(known) == KNOWN_PIECES:
                    known.clear()
                known[piece] = self._encode_piece(piece, text)
            ids += known[piece]
        return ids

    def decode(self, ids, special=False) -> str:
        """The text of `ids`. Special tokens are refused unless `special=True`, which shows them by name."""
        return self.decode_bytes(ids, special).decode("utf-8", errors="replace")

    def decode_bytes(self, ids, special=False) -> bytes:
        """Like `decode`, but the bytes: a token may hold part of a character."""
        ids = token_ids("ids", list(ids) if isinstance(ids, Iterator) else ids, self.vocab_size)
        names, parts = list(self.special_ids), []
        for id in ids.tolist():
            if id < len(self.tokens):
                parts.append(self.tokens[id])
                continue
            name = names[id - len(self.tokens)]
            if not special:
                raise ValueError(f"id {id} is the special token {name}, which is no text: pass special=True")
            parts.append(name.encode())
        return b"".join(parts)

    def _encode_piece(self, piece, text):
        """Apply the learnt merges to one piece, the earliest learnt first."""
        data = _to_bytes(piece, text)
        try:
            ids = [self._byte_ids[byte] for byte in data]
        except KeyError as error:
            character = next(c for c in piece if error.args[0] in c.encode())
            raise ValueError(
                f"the character {character!r} at position {text.index(character)} is not in this vocabulary: "
                "leave it out, or train the tokenizer with all_bytes=True"
            ) from None
        return apply_merges(ids, self.merges, self._ranks, self._lengths)

    # ---- files -------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Everything that makes this tokenizer, as JSON text, with a checksum of it."""
        data = {
            "format": "tinygpt tokenizer",
            "version": 2,
            "bytes": list(self._byte_ids),
            "merges": self.merges,
            "special_tokens": list(self.special_ids),
        }
        text = json.dumps({**data, "sha256": hashlib.sha256(json.dumps(data).encode()).hexdigest()})
        if len(text) > MOST_JSON:
            raise ValueError(f"the tokenizer takes more than {MOST_JSON:,} characters: train with a smaller vocab_size")
        return text

    @classmethod
    def from_json(cls, text):
        """The tokenizer that `to_json` wrote. Raises ValueError if `text` is anything else, or damaged."""
        try:
            if len(text) > MOST_JSON:
                raise ValueError(f"it has more than {MOST_JSON:,} characters")
            data = json.loads(text)
            if data["version"] != 2:
                raise ValueError(f"its version is {shown(data['version'])}")
            tok = cls(data["bytes"], data["merges"], data["special_tokens"][1:])
            if json.dumps(data) != tok.to_json():
                raise ValueError("its checksum is that of something else")
            return tok
        except (ValueError, LookupError, TypeError, RecursionError, MemoryError) as error:
            reason = str(error)[:100] or type(error).__name__
        raise ValueError(f"this is no tokenizer of format version 2 ({reason}): train it again and save it")

    def save(self, path):
        """Write the tokenizer to `path` (JSON, UTF-8), whole or not at all."""
        write_atomically(path, self.to_json().encode("utf-8"))

    @classmethod
    def load(cls, path):
        """Read a tokenizer that `save` wrote."""
        data = read_bytes(path, MOST_JSON)
        try:
            return cls.from_json(data.decode("utf-8"))
        except ValueError as error:
            raise ValueError(f"{shown_path(path)} cannot be loaded: {cut(error, 180)}") from None


def _pieces(text):
    """The pieces of `text`, a portion at a time: a list of them all takes many times the text's memory."""
    return chain.from_iterable(PIECES.findall(text, *portion.span()) for portion in PORTIONS.finditer(text))


def _to_bytes(piece, text):
    try:
        return piece.encode("utf-8")
    except UnicodeEncodeError as error:
        lone = piece[error.start]
        raise ValueError(
            f"the text has a lone surrogate {lone!r} at position {text.index(lone)}, which is half a character: "
            "remove it"
        ) from None
