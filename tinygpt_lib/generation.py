"""Writing: choose a next token, append it, ask the model again."""

import codecs

import numpy as np

from tinygpt_lib.checks import real_number, token_ids, whole_number
from tinygpt_lib.loss import softmax
from tinygpt_lib.windows import pad_contexts

REPETITION_WINDOW = 20  # how many of the last tokens the repetition penalty looks at


def next_token_distribution(logits, temperature=1.0, top_n=None, repetition_penalty=1.0, recent=()):
    """The probabilities a next token is drawn from: (V,) logits -> (V,).

    First the logits are divided by `temperature`; then the probabilities of the tokens in `recent` are multiplied by
    `repetition_penalty` (1: off); then all but the `top_n` most probable become 0 (None: all stay; of equal ones the
    smaller id stays). What is left is scaled to add up to 1. Temperature 0 puts everything on the most probable token.
    """
    logits = np.asarray(logits, np.float64)
    largest = logits.max()
    if not np.isfinite(largest):
        raise ValueError(f"the largest logit is {largest}: the model's training has diverged, so train a new one")
    with np.errstate(over="ignore"):  # a temperature next to 0 makes all but the largest -inf
        p = softmax((logits - largest) / temperature if temperature > 0 else logits)
    if repetition_penalty != 1 and len(recent):
        p[np.unique(recent)] *= repetition_penalty
    if temperature == 0:
        top_n = 1
    if top_n is not None and top_n < len(p):
        p[np.argsort(-p, kind="stable")[top_n:]] = 0
    return p / p.sum()


def draw_token(p, rng) -> int:
    """One token id drawn with probabilities p: (V,)."""
    cumulated = np.cumsum(p)
    return int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))


def generate(model, prompt, max_tokens=200, temperature=1.0, top_n=None, repetition_penalty=1.0, stop_ids=(),
             seed=0, stream=False):  # fmt: skip
    """Go on from `prompt`, text or ids, and return the prompt with its continuation, of the same kind.

    temperature: 0 takes the most probable token each time, 1 draws from the model's own probabilities. top_n: draw from
    the N most probable only (the field says top-k). repetition_penalty: the probabilities of the last 20 tokens are
    multiplied by it (above 0, at most 1; 0.1 in the original). A token of `stop_ids` ends the text and is left out. The
    pad token is never drawn. With stream=True an iterator of the continuation's pieces is returned instead: whole
    characters of text, or ids one by one.
    """
    is_text = isinstance(prompt, str)
    ids = (
        model.tok.encode(prompt)
        if is_text
        else [int(id) for id in token_ids("the prompt", prompt, model.tok.vocab_size)]
    )
    tokens = _continue(model, [ids], max_tokens, temperature, top_n, repetition_penalty, stop_ids, [_generator(seed)])
    new = (step[0] for step in tokens if step[0] is not None)
    if stream:
        return _characters(model.tok, new) if is_text else new
    if is_text:
        return prompt + model.tok.decode(list(new), special=True)
    return ids + list(new)


def sample(model, prompts, max_tokens=200, temperature=1.0, top_n=None, repetition_penalty=1.0, stop_ids=(), seed=0):
    """Go on from many prompts (lists of ids) at once; returns each with its continuation, as lists of ids.

    Each prompt has a random generator of its own, made from `seed` and its place in the list.
    """
    texts = [[int(id) for id in token_ids("a prompt", prompt, model.tok.vocab_size)] for prompt in prompts]
    rngs = _generator(seed).spawn(len(texts))
    for step in _continue(model, texts, max_tokens, temperature, top_n, repetition_penalty, stop_ids, rngs):
        for text, id in zip(texts, step):
            if id is not None:
                text.append(id)
    return texts


def _generator(seed):
    return np.random.default_rng(whole_number("seed", seed, 0))


def _continue(model, prompts, max_tokens, temperature, top_n, repetition_penalty, stop_ids, rngs):
    """Check the settings now; return an iterator of lists, a new id for each prompt (None once it has stopped)."""
    max_tokens = whole_number("max_tokens", max_tokens, 0)
    temperature = real_number("temperature", temperature, 0)
    if top_n is not None:
        top_n = whole_number("top_n", top_n, 1, model.tok.vocab_size)
    repetition_penalty = real_number("repetition_penalty", repetition_penalty, 0, 1, open_low=True)
    stop_ids = {int(id) for id in token_ids("stop_ids", list(stop_ids), model.tok.vocab_size)}
    if not all(prompts):
        raise ValueError("the prompt is empty: give the model at least one token to go on from")
    never = {model.tok.pad_id} - stop_ids
    histories = [list(ids) for ids in prompts]

    def steps():
        alive = list(range(len(histories)))
        for _ in range(max_tokens if alive else 0):
            contexts = pad_contexts([histories[i] for i in alive], model.context, model.pad_id, model.padding)
            logits = model.logits(contexts)  # (alive, V)
            logits[:, sorted(never)] = -np.inf
            drawn, still = [None] * len(histories), []
            for i, row in zip(alive, logits):
                recent = histories[i][-REPETITION_WINDOW:]
                p = next_token_distribution(row, temperature, top_n, repetition_penalty, recent)
                id = draw_token(p, rngs[i])
                if id not in stop_ids:
                    drawn[i] = id
                    histories[i].append(id)
                    still.append(i)
            yield drawn
            alive = still
            if not alive:
                return

    return steps()


def _characters(tok, ids):
    """Text pieces of whole characters, as soon as their last byte is there."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for id in ids:
        if piece := decoder.decode(tok.decode_bytes([id], special=True)):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest
