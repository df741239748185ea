"""The tokenizer loses nothing, merges what the textbook merges, and refuses what it cannot read."""

import json
import sys
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinygpt_lib.bpe import PAD, PIECES, Tokenizer

SAMPLE = "low lower lowest, new newer newest: the lowest and the newest. " * 3
ANY = Tokenizer.train(SAMPLE + "naïve → 😀😀 😀😀\n\n", vocab_size=320, special_tokens=["<|end|>"], all_bytes=True)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
small_text = st.text("ab c\n.é", min_size=1, max_size=60)


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


def test_longer_texts_too(text):
    part = text[:3000]
    tok = Tokenizer.train(part, vocab_size=150)
    assert (tok.merges, tok.tokens) == slow_train(part, 150)
    assert tok.encode(part) == slow_encode(tok, part)


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


@pytest.mark.parametrize("names", [["<|end|>"], ["<|x|>", "<|x|>"], [""], [3], [None]])
def test_special_names_are_unique_non_empty_strings(names):
    with pytest.raises(ValueError, match=f"special token {names[0]!r} is refused".replace("|", r"\|")):
        ANY.with_special_tokens(names)


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
    with pytest.raises(ValueError, match=f"no token {id}: ids go from 0 to {ANY.vocab_size - 1}"):
        ANY.decode([id], special=True)


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
    return json.dumps({**json.loads(ANY.to_json()), **values}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"some text",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        ANY.to_json().encode()[:-9],
        changed(version=2),
        changed(format="tinygpt model"),
        changed(bytes=[300]),
        changed(bytes=None),
        changed(merges=[[0, 1, 2]]),
        changed(merges=[[0, 999]]),
        changed(merges=[[-1, 0]]),
        changed(merges=[["a", "b"]]),
        changed(special_tokens=[]),
        changed(special_tokens=["<|end|>"]),
        changed(special_tokens=[PAD, 5]),
    ],
)
def test_other_and_damaged_files_are_refused(tmp_path, data):
    (tmp_path / "tok.json").write_bytes(data)
    with pytest.raises(ValueError, match=r"tok.json cannot be loaded: .*"):
        Tokenizer.load(tmp_path / "tok.json")
