"""The tokenizer loses nothing, merges what the textbook merges, and refuses what it cannot read."""

import hashlib
import json
import random
import re
import sys
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tinygpt_lib import bpe
from tinygpt_lib.bpe import PAD, PIECES, Tokenizer

SAMPLE = "low lower lowest, new newer newest: the lowest and the newest. " * 3
ANY = Tokenizer.train(SAMPLE + "naïve → 😀😀 😀😀\n\n", vocab_size=320, special_tokens=["<|end|>"], all_bytes=True)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
small_text = st.text("ab c\n.é", min_size=1, max_size=60)
# One piece, full of repeats: runs of a letter, and short strings again and again.
repeats = st.tuples(st.text("abc", min_size=1, max_size=4), st.integers(1, 40)).map(lambda part: part[0] * part[1])
unspaced = st.one_of(
    st.text("ab", min_size=1, max_size=200),
    st.text("abcd", min_size=1, max_size=200),
    st.lists(repeats, min_size=1, max_size=6).map("".join),
)


def replace(ids, pair, new):
    """The textbook's merge: `pair` becomes `new`, from left to right."""
    done = []
    for id in ids:
        done.append(id)
        if tuple(done[-2:]) == pair:
            done[-2:] = [new]
    return done


def slow_train(text, vocab_size, max_token_length=None):
    """The textbook's training: count every pair again before each merge. Returns merges and tokens."""
    tokens = [bytes([byte]) for byte in sorted(set(text.encode()))]
    words = [[tokens.index(bytes([byte])) for byte in piece.encode()] for piece in PIECES.findall(text)]
    merges = []
    while len(tokens) + 1 < vocab_size:  # 1 for the pad
        counts = Counter(pair for word in words for pair in zip(word, word[1:]))
        short = {
            (left, right): count
            for (left, right), count in counts.items()
            if max_token_length is None or len(tokens[left] + tokens[right]) <= max_token_length
        }
        if max(short.values(), default=0) < 2:
            break
        pair = min(short, key=lambda pair: (-short[pair], pair))
        words = [replace(word, pair, len(tokens)) for word in words]
        merges.append(pair)
        tokens.append(tokens[pair[0]] + tokens[pair[1]])
    return merges, tokens


def slow_encode(tok, text):
    """Every merge in the order it was learnt, over every piece."""
    ids = []
    for piece in PIECES.findall(text):
        word = [tok.tokens.index(bytes([byte])) for byte in piece.encode()]
        for rank, pair in enumerate(tok.merges):
            word = replace(word, pair, len(tok.tokens) - len(tok.merges) + rank)
        ids += word
    return ids


# ---- nothing is lost ---------------------------------------------------------------------------------------------


@given(any_text)
@example("")
@example("\0\n\r\n \t\x1c\x85\u2028 a_b 😀\U0010ffff")
def test_any_text_comes_back(text):
    ids = ANY.encode(text)
    assert ANY.decode(ids) == text
    assert ANY.decode_bytes(ids) == text.encode()
    assert b"".join(ANY.tokens[id] for id in ids) == text.encode()


def test_pieces_cover_every_character_there_is():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert "".join(PIECES.findall(everything)) == everything


@given(any_text)
def test_pieces_join_to_the_text(text):
    assert "".join(PIECES.findall(text)) == text


@given(any_text)
@example("ab  \n\n\n  c\n d,,;;  \t")
def test_pieces_are_the_same_read_in_portions(text):
    portions = bpe.PORTIONS
    bpe.PORTIONS = re.compile(portions.pattern.replace("65536", "3"), portions.flags)
    try:
        assert list(bpe._pieces(text)) == PIECES.findall(text)
    finally:
        bpe.PORTIONS = portions


def test_pieces_of_a_long_text_are_the_same(text):
    for long in (text[:200_000], "ab" * 100_000, " \n" * 50_000, "x" * 65_535 + "  \n\n  y"):
        assert list(bpe._pieces(long)) == PIECES.findall(long)


def test_corpus_comes_back(text, char_tok):
    assert char_tok.decode(char_tok.encode(text)) == text


@pytest.mark.parametrize(
    "text, pieces",
    [
        ("Speak, speak.\n\nAll:\n", ["Speak", ",", " speak", ".", "\n\n", "All", ":", "\n"]),
        ("a  b\t\nc ...", ["a", "  ", "b", "\t", "\n", "c", " ", "..."]),
        ("it's 3_x é", ["it", "'", "s", " 3_x", " é"]),
    ],
)
def test_where_text_is_cut(text, pieces):
    assert PIECES.findall(text) == pieces


# ---- what is learnt ----------------------------------------------------------------------------------------------


@given(small_text, st.integers(8, 30), st.sampled_from([None, 1, 2, 3, 5]))
@example("aaaa aaaa aaa", 20, None)
@example("abab abab ab", 20, 3)
def test_merges_are_the_textbooks(text, vocab_size, max_token_length):
    tok = Tokenizer.train(text, vocab_size, max_token_length)
    merges, tokens = slow_train(text, vocab_size, max_token_length)
    assert tok.merges == merges
    assert tok.tokens == tokens
    assert tok.vocab_size == len(tokens) + 1 <= vocab_size
    assert max(map(len, tokens)) <= (max_token_length or len(text.encode()))


@given(small_text, small_text)
def test_encode_applies_merges_in_order(learnt, text):
    tok = Tokenizer.train(learnt + text, vocab_size=40)
    assert tok.encode(text) == slow_encode(tok, text)


@settings(max_examples=600)
@given(unspaced, st.integers(5, 60), st.sampled_from([None, 2, 3, 4, 7]))
@example("a" * 31, 60, None)
@example("ab" * 40 + "a", 60, None)
@example("aab" * 30 + "b" * 17, 60, 7)
def test_merges_inside_one_long_piece_are_the_textbooks(text, vocab_size, max_token_length):
    tok = Tokenizer.train(text, vocab_size, max_token_length)
    assert (tok.merges, tok.tokens) == slow_train(text, vocab_size, max_token_length)
    assert tok.encode(text) == slow_encode(tok, text)


@settings(max_examples=400)
@given(st.lists(unspaced, min_size=1, max_size=5), st.lists(unspaced, min_size=1, max_size=5))
def test_long_pieces_with_counts_and_texts_never_learnt_from(learnt, texts):
    learnt = " ".join([*learnt, *learnt[:2], "abcd"])
    tok = Tokenizer.train(learnt, vocab_size=60)
    assert (tok.merges, tok.tokens) == slow_train(learnt, 60)
    assert tok.encode(" ".join(texts)) == slow_encode(tok, " ".join(texts))


@pytest.mark.parametrize("alphabet", ["a", "ab", "aaaaaaab", "ACGT", "abcdefghijklmnopqrstuvwxyz", "天地玄黃宇宙洪荒"])
def test_thousands_of_letters_without_a_space(alphabet):
    letters = "".join(random.Random(0).choices(alphabet, k=4000))
    tok = Tokenizer.train(letters, vocab_size=150)
    assert (tok.merges, tok.tokens) == slow_train(letters, 150)
    assert tok.encode(letters) == slow_encode(tok, letters)


def lines_run(use):
    """How many lines of Python `use()` runs."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        use()
    finally:
        sys.settrace(before)
    return count


def test_the_work_inside_a_piece_grows_like_its_length():
    letters = "".join(random.Random(0).choices("ACGT", k=8000))
    tok = Tokenizer.train(letters, vocab_size=512)

    def work(length):
        return lines_run(lambda: Tokenizer.train(letters[:length], 512)), lines_run(
            lambda: tok.encode(letters[:length])
        )

    for short, long in zip(work(2000), work(8000)):
        assert short < long < 5 * short


def test_longer_texts_too(text):
    part = text[:3000]
    tok = Tokenizer.train(part, vocab_size=150)
    assert (tok.merges, tok.tokens) == slow_train(part, 150)
    assert tok.encode(part) == slow_encode(tok, part)


def test_pieces_are_forgotten_when_there_are_too_many(monkeypatch):
    expected = ANY.encode(SAMPLE)
    monkeypatch.setattr(bpe, "KNOWN_PIECES", 2)
    assert ANY.encode(SAMPLE) == expected


def peak(use):
    """The most bytes that `use()` takes at any time, its result included."""
    tracemalloc.start()
    try:
        use()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_text_takes_little_more_memory_than_its_tokens():
    long = SAMPLE * 2000  # 380,000 characters
    assert peak(lambda: Tokenizer.train(long, 60)) < 4e6
    assert peak(lambda: ANY.encode(long)) < 4e6 + 8 * 1.2 * len(ANY.encode(long))


def test_vocab_size_is_reached_and_counts_everything(text):
    tok = Tokenizer.train(text[:50_000], vocab_size=400, special_tokens=["<|a|>", "<|b|>"])
    assert tok.vocab_size == 400 == len(tok.tokens) + 3


def test_vocab_size_is_only_a_limit():
    assert Tokenizer.train("abc", vocab_size=400).vocab_size == 4


def test_token_length_1_means_no_merges(char_tok, text):
    assert char_tok.merges == []
    assert len(char_tok.encode(text[:1000])) == 1000


def test_same_text_same_tokenizer():
    assert Tokenizer.train(SAMPLE, 60).to_json() == Tokenizer.train(SAMPLE, 60).to_json()


def test_ids_are_bytes_then_merges_then_special_tokens():
    tok = Tokenizer.train(SAMPLE, vocab_size=50, special_tokens=["<|x|>", "<|y|>"])
    n = len(set(SAMPLE.encode()))
    assert tok.tokens[:n] == [bytes([byte]) for byte in sorted(set(SAMPLE.encode()))]
    assert len(tok.merges) > 0
    assert tok.tokens[n:] == [tok.tokens[left] + tok.tokens[right] for left, right in tok.merges]
    first = len(tok.tokens)
    assert tok.special_ids == {PAD: first, "<|x|>": first + 1, "<|y|>": first + 2}
    assert tok.pad_id == first
    assert tok.vocab_size == first + 3


def test_all_bytes_are_ids_0_to_255():
    assert ANY.tokens[:256] == [bytes([value]) for value in range(256)]
    assert Tokenizer.train("", all_bytes=True).vocab_size == 257


def test_special_tokens_may_come_from_a_generator():
    tok = Tokenizer.train("abc", special_tokens=(f"<{name}>" for name in "xy"))
    assert list(tok.special_ids) == [PAD, "<x>", "<y>"]


# ---- special tokens ----------------------------------------------------------------------------------------------


@given(any_text, st.sampled_from([PAD, "<|end|>"]), any_text)
def test_text_never_becomes_a_special_token(before, name, after):
    ids = ANY.encode(before + name + after)
    assert not set(ids) & set(ANY.special_ids.values())
    assert ANY.decode(ids) == before + name + after


def test_special_tokens_are_decoded_on_request_only():
    ids = [*ANY.encode("low"), ANY.pad_id, ANY.special_ids["<|end|>"]]
    assert ANY.decode(ids, special=True) == "low<|pad|><|end|>"
    assert ANY.token_text(ANY.pad_id) == PAD
    with pytest.raises(ValueError, match=rf"id {ANY.pad_id} is the special token <\|pad\|>"):
        ANY.decode(ids)


def test_added_special_tokens_leave_every_id_alone():
    grown = ANY.with_special_tokens(["<|turn|>"])
    assert grown.tokens == ANY.tokens
    assert grown.merges == ANY.merges
    assert grown.special_ids == {**ANY.special_ids, "<|turn|>": ANY.vocab_size}
    assert grown.encode(SAMPLE) == ANY.encode(SAMPLE)
    assert "<|turn|>" not in ANY.special_ids


@pytest.mark.parametrize("names", [["<|end|>"], ["<|x|>", "<|x|>"], [""], [3], [None], ["a\nb"], ["\udc80"]])
def test_special_names_are_unique_non_empty_strings(names):
    with pytest.raises(ValueError, match=f"special token {re.escape(repr(names[0]))} is refused"):
        ANY.with_special_tokens(names)


@pytest.mark.parametrize("names", ["user", "", None, 3])
@pytest.mark.parametrize(
    "use",
    [
        ANY.with_special_tokens,
        lambda names: Tokenizer.train("abc", special_tokens=names),
        lambda names: Tokenizer(b"abc", special_tokens=names),
    ],
)
def test_special_tokens_are_a_list_of_names(use, names):
    with pytest.raises(ValueError, match=f"special_tokens must be a list of names, not {names!r}: put"):
        use(names)


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "learnt, text, reason",
    [
        ("abc", "cab!", "'!' at position 3"),
        ("abc", "a b", "' ' at position 1"),
        ("é", "éè", "'è' at position 1"),  # its first byte is known
        ("ab c", "ab cab x", "'x' at position 7"),
    ],
)
def test_unseen_character_is_named(learnt, text, reason):
    with pytest.raises(ValueError, match=f"the character {reason} is not in this vocabulary"):
        Tokenizer.train(learnt).encode(text)


@pytest.mark.parametrize("use", [ANY.encode, lambda text: Tokenizer.train(text, all_bytes=True)])
def test_lone_surrogate_is_refused(use):
    with pytest.raises(ValueError, match=r"lone surrogate '\\udc80' at position 6"):
        use("ab cd \udc80 ")


@pytest.mark.parametrize("value", [None, b"abc", 3, ["a"]])
@pytest.mark.parametrize("use, verb", [(ANY.encode, "encode"), (Tokenizer.train, "train")])
def test_only_text_is_taken(use, verb, value):
    with pytest.raises(ValueError, match=f"{verb} takes text, not {type(value).__name__}"):
        use(value)


@pytest.mark.parametrize("id", [-1, ANY.vocab_size])
def test_unknown_id_is_refused(id):
    with pytest.raises(ValueError, match=f"the id {id}: ids go from 0 to {ANY.vocab_size - 1}"):
        ANY.decode([id], special=True)


@pytest.mark.parametrize("ids", [[0.9], [1.0], "abc", "", None, 3, ["1"], [None], [True], [[0, 1]], [2**80], {1, 2}])
def test_only_whole_number_ids_are_decoded(ids):
    for use in (ANY.decode, ANY.decode_bytes):
        with pytest.raises(ValueError, match="ids must be whole-number token ids"):
            use(ids)


def test_ids_may_come_from_arrays_and_generators():
    ids = ANY.encode(SAMPLE)
    assert ANY.decode(np.array(ids)) == ANY.decode(tuple(ids)) == ANY.decode(id for id in ids) == SAMPLE
    assert ANY.decode([]) == ""


@pytest.mark.parametrize(
    "parts, reason",
    [
        ((None,), "byte_values must be a list of bytes, not None"),
        (("abc",), "byte_values must be a list of bytes, not 'abc'"),
        (([97.0],), "a byte is 97.0"),
        (([True],), "a byte is True"),
        (([256],), "a byte is 256"),
        (([-1],), "a byte is -1"),
        ((b"ab", 7), "merges must be a list of pairs, not 7"),
        ((b"ab", [7]), "a merge must be a list of ids, not 7"),
        ((b"ab", ["01"]), "a merge must be a list of ids, not '01'"),
        ((b"ab", [(0,)]), r"the merge \(0,\) is refused: merges are pairs"),
        ((b"ab", [(0, 1, 0)]), r"the merge \(0, 1, 0\) is refused"),
        ((b"ab", [(0, 1), (0, 1)]), r"the merge \(0, 1\) is refused"),
        ((b"ab", [(0, 2)]), "an id in a merge is 2: it must be a whole number from 0 to 1"),
        ((b"ab", [(0, 1.0)]), "an id in a merge is 1.0"),
        ((b"ab", [(False, 1)]), "an id in a merge is False"),
        ((b"ab", [(i, i) for i in range(1, 61)]), "the tokens have more than 67,108,864 bytes"),
    ],
)
def test_a_tokenizer_is_made_of_bytes_and_pairs_of_ids(parts, reason):
    with pytest.raises(ValueError, match=reason):
        Tokenizer(*parts)


def test_training_stops_before_its_tokens_take_too_much_memory(monkeypatch):
    monkeypatch.setattr(bpe, "MOST_BYTES", 50)
    with pytest.raises(ValueError, match="more than 50 bytes in all: train with max_token_length"):
        Tokenizer.train("a" * 100)
    assert Tokenizer.train("a" * 100, max_token_length=8).tokens == [b"a", b"aa", b"aaaa", b"a" * 8]


@pytest.mark.parametrize(
    "use",
    [
        lambda long: ANY.with_special_tokens(long),
        lambda long: ANY.with_special_tokens([long]),
        lambda long: ANY.with_special_tokens([long, 5]),
        lambda long: Tokenizer(long),
        lambda long: Tokenizer(b"a", long),
        lambda long: Tokenizer(b"a", [long]),
        lambda long: Tokenizer(b"a", [[0] * len(long)]),
        lambda long: Tokenizer.from_json(long),
        lambda long: Tokenizer.from_json(json.dumps({"version": long})),
        lambda long: Tokenizer.load(long),
        lambda long: ANY.decode(long),
    ],
)
def test_errors_are_one_short_line(use):
    with pytest.raises(ValueError) as error:
        use("long \n" * 100_000)
    assert len(str(error.value)) <= 300 and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text, settings, reason",
    [
        ("", {}, "the text is empty"),
        ("abc", {"vocab_size": 3}, "vocab_size 3 is too small: the bytes and special tokens alone are 4"),
        ("abc", {"vocab_size": 0}, "vocab_size is 0"),
        ("abc", {"vocab_size": 7.5}, "vocab_size is 7.5"),
        ("abc", {"vocab_size": 300, "all_bytes": True, "special_tokens": ["x"] * 2}, "special token 'x'"),
        ("abc", {"max_token_length": 0}, "max_token_length is 0"),
        ("abc", {"max_token_length": "2"}, "max_token_length is '2'"),
    ],
)
def test_bad_settings_are_refused(text, settings, reason):
    with pytest.raises(ValueError, match=reason):
        Tokenizer.train(text, **settings)


# ---- files -------------------------------------------------------------------------------------------------------


def test_saved_tokenizer_is_the_same(tmp_path):
    ANY.save(tmp_path / "tok.json")
    loaded = Tokenizer.load(tmp_path / "tok.json")
    assert loaded.tokens == ANY.tokens
    assert loaded.special_ids == ANY.special_ids
    assert loaded.encode(SAMPLE + "é→") == ANY.encode(SAMPLE + "é→")
    assert loaded.to_json() == ANY.to_json()


def changed(**values):
    """A tokenizer's file with other values in it, and a checksum that fits them."""
    data = {**json.loads(ANY.to_json()), **values}
    del data["sha256"]
    return json.dumps({**data, "sha256": hashlib.sha256(json.dumps(data).encode()).hexdigest()}).encode()


def test_changed_files_are_refused_for_what_is_changed():
    assert changed() == ANY.to_json().encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"some text",
        b"null",
        b"[]",
        b"{}",
        b"[" * 200_000,
        b'{"version": ' * 100_000,
        b"\xff\xfe\x00",
        ANY.to_json().encode()[:-9],
        ANY.to_json().encode() + b"}",
        changed(version=1),
        changed(version=3),
        changed(version=True),
        changed(version=2.0),
        changed(version="2"),
        changed(format="tinygpt model"),
        changed(more=1),
        changed(bytes=[300]),
        changed(bytes=None),
        changed(bytes="abc"),
        changed(bytes={}),
        changed(bytes=[float(id) for id in range(256)]),
        changed(bytes=[False, True, *range(2, 256)]),
        changed(bytes=[[id] for id in range(256)]),
        changed(bytes=[*range(256), 255]),
        changed(bytes=[*reversed(range(256))]),
        changed(bytes=[-1, *range(256)]),
        changed(merges=None),
        changed(merges=5),
        changed(merges={"a": 1}),
        changed(merges=[[0, 1, 2]]),
        changed(merges=[[0]]),
        changed(merges=[3]),
        changed(merges=["ab"]),
        changed(merges=[[0, 999]]),
        changed(merges=[[-1, 0]]),
        changed(merges=[["a", "b"]]),
        changed(merges=[[1.0, 2]]),
        changed(merges=[[True, 2]]),
        changed(merges=[[[1], 2]]),
        changed(merges=[[1, 2], [1, 2]]),
        changed(merges=[[id, id] for id in range(255, 316)]),
        changed(special_tokens=[]),
        changed(special_tokens=None),
        changed(special_tokens="<|pad|>"),
        changed(special_tokens={PAD: 1}),
        changed(special_tokens=["<|end|>"]),
        changed(special_tokens=[PAD, PAD]),
        changed(special_tokens=[PAD, "x", "x"]),
        changed(special_tokens=[PAD, 5]),
        changed(special_tokens=[PAD, "x" * 1_000_000]),
    ],
)
def test_other_and_damaged_files_are_refused(tmp_path, data):
    (tmp_path / "tok.json").write_bytes(data)
    with pytest.raises(ValueError, match=r"tok.json cannot be loaded: .*") as error:
        Tokenizer.load(tmp_path / "tok.json")
    assert len(str(error.value)) <= 300 and "\n" not in str(error.value)


def test_files_of_version_1_are_to_be_made_again(tmp_path):
    (tmp_path / "tok.json").write_bytes(changed(version=1))
    with pytest.raises(ValueError, match=r"version 2 \(its version is 1\): train it again and save it"):
        Tokenizer.load(tmp_path / "tok.json")


def test_every_flipped_bit_and_every_cut_is_noticed(tmp_path):
    tok = Tokenizer.train("ab ab", vocab_size=5, special_tokens=["<|x|>"])
    data = tok.to_json().encode()
    flips = [data[:i] + bytes([data[i] ^ 1 << bit]) + data[i + 1 :] for i in range(len(data)) for bit in range(8)]
    for damaged in [data[:length] for length in range(len(data))] + flips:
        (tmp_path / "tok.json").write_bytes(damaged)
        with pytest.raises(ValueError, match="tok.json cannot be loaded"):
            Tokenizer.load(tmp_path / "tok.json")
    assert Tokenizer.from_json(data.decode()).to_json() == tok.to_json()


def test_files_that_cannot_be_read_are_refused(tmp_path):
    for path, reason in (
        (tmp_path / "none.json", "there is no file .*none.json: check the name"),
        (tmp_path, "is a folder, not a file"),
        ("a\0b", "the path is 'a.*b': it must be the name of a file"),
        (None, "the path is None"),
        (3, "the path is 3"),
    ):
        with pytest.raises(ValueError, match=reason):
            Tokenizer.load(path)


def test_a_file_is_read_and_written_up_to_a_size_only(tmp_path, monkeypatch):
    ANY.save(tmp_path / "tok.json")
    monkeypatch.setattr(bpe, "MOST_JSON", len(ANY.to_json()))
    assert Tokenizer.load(tmp_path / "tok.json").to_json() == ANY.to_json()
    monkeypatch.setattr(bpe, "MOST_JSON", len(ANY.to_json()) - 1)
    with pytest.raises(ValueError, match=r"tok.json has .* bytes: at most .* can be read"):
        Tokenizer.load(tmp_path / "tok.json")
    with pytest.raises(ValueError, match="train with a smaller vocab_size"):
        ANY.save(tmp_path / "tok.json")


def test_a_file_that_fills_the_memory_is_refused(monkeypatch):
    def full(text):
        raise MemoryError

    monkeypatch.setattr(json, "loads", full)
    with pytest.raises(ValueError, match=r"no tokenizer of format version 2 \(MemoryError\)"):
        Tokenizer.from_json(ANY.to_json())
