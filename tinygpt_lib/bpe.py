"""Byte-pair encoding: text to tokens (small integers) and back.

Start with one token per byte. Then, again and again, glue the most frequent pair of neighbouring tokens into a new
token. Notebook 01 builds this step by step; here it is made fast by counting each distinct piece of text once and by
updating the pair counts after a merge instead of counting again. Sennrich et al. 2016, https://arxiv.org/abs/1508.07909
"""

import heapq
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from tinygpt_lib.checks import whole_number
from tinygpt_lib.files import write_atomically

PAD = "<|pad|>"

# How text is cut into pieces; no merge crosses a cut. A word with the one space before it; a run of punctuation; a
# run of line breaks; a run of other white space. Every character is one of these four, so nothing is lost.
PIECES = re.compile(r" ?\w+|[^\w\s]+|\n+|[^\S\n]+")


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
        self.tokens = [bytes([value]) for value in sorted(set(byte_values))]
        self.merges = []
        for left, right in merges:
            if not 0 <= min(left, right) <= max(left, right) < len(self.tokens):
                raise ValueError(f"merge {(left, right)} names a token that does not exist yet: ids start at 0")
            self.tokens.append(self.tokens[left] + self.tokens[right])
            self.merges.append((left, right))
        self.special_ids = {}
        for name in (PAD, *(name for name in special_tokens if name != PAD)):
            if not isinstance(name, str) or not name or name in self.special_ids:
                raise ValueError(f"special token {name!r} is refused: names are non-empty strings, each used once")
            self.special_ids[name] = len(self.tokens) + len(self.special_ids)
        self._byte_ids = {token[0]: i for i, token in enumerate(self.tokens[: len(self.tokens) - len(self.merges)])}
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}

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
        """A new tokenizer with special tokens added at the end; every old id stays what it was."""
        specials = [*self.special_ids, *names]
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
        if not text and not all_bytes:
            raise ValueError("the text is empty: give some text to learn from, or all_bytes=True")
        vocab_size = whole_number("vocab_size", vocab_size, 1)
        if max_token_length is not None:
            max_token_length = whole_number("max_token_length", max_token_length, 1)
        special_tokens = tuple(special_tokens)
        counts = Counter(PIECES.findall(text))
        pieces = {_to_bytes(piece, text): count for piece, count in counts.items()}
        base = cls(range(256) if all_bytes else set().union(*pieces), special_tokens=special_tokens)
        if vocab_size < base.vocab_size:
            raise ValueError(
                f"vocab_size {vocab_size} is too small: the bytes and special tokens alone are {base.vocab_size}"
            )
        words = [[base._byte_ids[byte] for byte in piece] for piece in pieces]
        lengths = [1] * len(base.tokens)
        limit = max_token_length or max(map(len, pieces), default=1)
        merges = _learn(words, list(pieces.values()), lengths, vocab_size - base.vocab_size, limit)
        return cls(base._byte_ids, merges, special_tokens)

    # ---- text to ids and back ----------------------------------------------------------------------------------

    def encode(self, text) -> list[int]:
        """The token ids of `text`. Raises ValueError, naming character and position, for a byte never seen."""
        if not isinstance(text, str):
            raise ValueError(f"encode takes text, not {type(text).__name__}")
        known, ids = {}, []
        for piece in PIECES.findall(text):
            if piece not in known:
                known[piece] = self._encode_piece(piece, text)
            ids += known[piece]
        return ids

    def decode(self, ids, special=False) -> str:
        """The text of `ids`. Special tokens are refused unless `special=True`, which shows them by name."""
        return self.decode_bytes(ids, special).decode("utf-8", errors="replace")

    def decode_bytes(self, ids, special=False) -> bytes:
        """Like `decode`, but the bytes: a token may hold part of a character."""
        names = {id: name for name, id in self.special_ids.items()}
        parts = []
        for id in map(int, ids):
            if id in names:
                if not special:
                    raise ValueError(f"id {id} is the special token {names[id]}, which is no text: pass special=True")
                parts.append(names[id].encode())
            elif 0 <= id < len(self.tokens):
                parts.append(self.tokens[id])
            else:
                raise ValueError(f"there is no token {id}: ids go from 0 to {self.vocab_size - 1}")
        return b"".join(parts)

    def _encode_piece(self, piece, text):
        """Apply the learnt merges to one piece, the earliest learnt first."""
        data = _to_bytes(piece, text)
        for byte in data:
            if byte not in self._byte_ids:
                character = next(c for c in piece if byte in c.encode())
                raise ValueError(
                    f"the character {character!r} at position {text.index(character)} is not in this vocabulary: "
                    "leave it out, or train the tokenizer with all_bytes=True"
                )
        ids = [self._byte_ids[byte] for byte in data]
        while len(ids) > 1:
            rank = min(self._ranks.get(pair, len(self.merges)) for pair in zip(ids, ids[1:]))
            if rank == len(self.merges):
                break
            ids = merge(ids, self.merges[rank], len(self._byte_ids) + rank)
        return ids

    # ---- files -------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Everything that makes this tokenizer, as JSON text."""
        return json.dumps(
            {
                "format": "tinygpt tokenizer",
                "version": 1,
                "bytes": list(self._byte_ids),
                "merges": self.merges,
                "special_tokens": list(self.special_ids),
            }
        )

    @classmethod
    def from_json(cls, text):
        """The tokenizer that `to_json` wrote. Raises ValueError if `text` is anything else."""
        try:
            data = json.loads(text)
            if data["format"] != "tinygpt tokenizer" or data["version"] != 1 or data["special_tokens"][0] != PAD:
                raise ValueError("another format or version")
            return cls(data["bytes"], [tuple(pair) for pair in data["merges"]], data["special_tokens"][1:])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"this is not a tokenizer of format version 1 ({error}): save it again") from None

    def save(self, path):
        """Write the tokenizer to `path` (JSON, UTF-8), whole or not at all."""
        write_atomically(path, self.to_json().encode("utf-8"))

    @classmethod
    def load(cls, path):
        """Read a tokenizer that `save` wrote."""
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path} cannot be loaded: {error}") from None


def merge(ids, pair, new_id) -> list[int]:
    """Replace each `pair` in `ids`, from left to right, by `new_id`.

    >>> merge([1, 1, 1, 2], (1, 1), 9)
    [9, 1, 2]
    """
    merged, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and (ids[i], ids[i + 1]) == pair:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def _to_bytes(piece, text):
    try:
        return piece.encode("utf-8")
    except UnicodeEncodeError as error:
        lone = piece[error.start]
        raise ValueError(
            f"the text has a lone surrogate {lone!r} at position {text.index(lone)}, which is half a character: "
            "remove it"
        ) from None


def _learn(words, counts, lengths, how_many, max_length):
    """Learn up to `how_many` merges. words: lists of ids, changed in place; counts: how often each word stands."""
    pair_counts = Counter()
    where = defaultdict(set)  # pair -> the words it may stand in (never too few)
    for w, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pair_counts[pair] += counts[w]
            where[pair].add(w)
    # A heap of (-count, pair) finds the next merge without a search; entries whose count has changed are skipped.
    heap = [(-count, pair) for pair, count in pair_counts.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < how_many:
        count, pair = heapq.heappop(heap)
        if -count != pair_counts[pair] or lengths[pair[0]] + lengths[pair[1]] > max_length:
            continue
        if -count < 2:
            break
        new_id = len(lengths)
        lengths.append(lengths[pair[0]] + lengths[pair[1]])
        merges.append(pair)
        changes = Counter()
        for w in where.pop(pair):
            before, after = words[w], merge(words[w], pair, new_id)
            for old in zip(before, before[1:]):
                changes[old] -= counts[w]
            for new in zip(after, after[1:]):
                changes[new] += counts[w]
                where[new].add(w)
            words[w] = after
        for changed, change in changes.items():
            if change:
                pair_counts[changed] += change
                heapq.heappush(heap, (-pair_counts[changed], changed))
    return merges
