"""Learning 512 byte-pair tokens from a text, and encoding it with them."""

from text import spaced, unspaced

from tinygpt_lib.bpe import PIECES, Tokenizer

VOCAB_SIZE = 512
TEXTS = {  # name: text
    "learn, 1 million characters": lambda: spaced(1_000_000),
    "learn, 60,000 letters without spaces": lambda: unspaced(60_000),
    "encode, 1 million characters": lambda: spaced(1_000_000),
    "encode, 60,000 letters without spaces": lambda: unspaced(60_000),
}


def ours(name):
    text = TEXTS[name]()
    if name.startswith("learn"):
        return lambda: Tokenizer.train(text, VOCAB_SIZE)
    tok = Tokenizer.train(text, VOCAB_SIZE)
    return lambda: tok.encode(text)


def hugging_face(name):
    """The library that most models' tokenizers are made with (in Rust), set to cut text as ours does."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    text = TEXTS[name]()

    def learnt():
        tok = Tokenizer(models.BPE())
        tok.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(PIECES.pattern), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        tok.train_from_iterator([text], trainers.BpeTrainer(vocab_size=VOCAB_SIZE, show_progress=False))
        return tok

    if name.startswith("learn"):
        return learnt
    tok = learnt()
    return lambda: tok.encode(text)


RIVALS = {"Hugging Face": hugging_face}
