"""Writing: choose a next token, append it, ask the model again."""

import codecs

import numpy as np

from tinygpt_lib.checks import (
    a_generator,
    a_model,
    flag,
    listed,
    real_number,
    real_numbers,
    shown,
    token_ids,
    whole_number,
)
from tinygpt_lib.windows import pad_contexts

REPETITION_WINDOW = 20  # how many of the last tokens the repetition penalty looks at
BLOCK = 64  # how many random numbers are drawn ahead for each text: one call instead of many


def next_token_distribution(logits, temperature=1.0, top_n=None, repetition_penalty=1.0, recent=(), top_p=None):
    """The probabilities a next token is drawn from: (V,) logits -> (V,).

    First the logits are divided by `temperature`; then the probabilities of the tokens in `recent` are multiplied by
    `repetition_penalty` (1: off); then all but the `top_n` most probable become 0 (None: all stay; of equal ones the
    smaller id stays); then, of what these hold together, all but the most probable that reach the share `top_p` become
    0 (None or 1: all stay). What is left is scaled to add up to 1. Temperature 0 puts everything on the most probable
    token.
    """
    logits, settings = real_numbers("the logits", logits), _checked(temperature, top_n, repetition_penalty, top_p)
    recent = token_ids("recent", recent, len(logits))
    places, weights = _candidates(logits[None], *settings, recent[None])  # (V,) -> (1, N)
    p = np.zeros(len(logits))
    p[... if places is None else places] = weights / weights.sum()
    return p


def draw_token(p, rng) -> int:
    """One token id drawn with probabilities p: (V,)."""
    p, rng = real_numbers("p", p), a_generator(rng, "random")
    if not p.min() >= 0 or not abs(p.sum() - 1) < 1e-3:
        raise ValueError(f"p is {shown(p)}: it must be probabilities, of at least 0, that add up to 1")
    return int(draw_tokens(p[None], np.array([rng.random()]))[0])


def draw_tokens(weights, numbers):
    """One token id for each row, drawn in proportion to its weights: (B, V) -> ids (B,).

    numbers: (B,), random, from 0 to below 1. A row's token is the first whose cumulated weight is above the number's
    share of the row's sum.
    """
    cumulated = weights.cumsum(axis=1)  # (B, V)
    return (cumulated > numbers[:, None] * cumulated[:, -1:]).argmax(axis=1)


def _checked(temperature, top_n, repetition_penalty, top_p, vocab_size=None):
    temperature = real_number("temperature", temperature, 0)
    repetition_penalty = real_number("repetition_penalty", repetition_penalty, 0, 1, open_low=True)
    if top_n is not None:
        top_n = whole_number("top_n", top_n, 1, vocab_size)
    top_p = 1.0 if top_p is None else real_number("top_p", top_p, 0, 1, open_low=True)
    if temperature == 0:
        temperature, top_n = 1.0, 1
    return max(temperature, 1e-200), top_n, repetition_penalty, top_p  # nearer to 0 the division would overflow


def _candidates(logits, temperature, top_n, repetition_penalty, top_p, recent):
    """The N tokens of each row that may be drawn, and their probabilities before they are scaled to add up to 1.

    logits: (B, V), written over. recent: (B, R) ids; V stands for no token. Returns the tokens' places (B, N) in all
    B*V logits, row after row (None: all of them, N = V), and weights (B, N).
    """
    rows, vocab_size = logits.shape
    largest = logits.max(axis=1, keepdims=True)  # (B, 1)
    if not np.isfinite(largest).all():
        wrong = largest[~np.isfinite(largest)][0]
        raise ValueError(f"the largest logit is {wrong}: the model's training has diverged, so train a new one")
    logits -= largest
    logits /= temperature
    if repetition_penalty != 1:  # its logarithm is added, once for each token: exp makes a factor of it
        added = np.zeros((rows, vocab_size + 1))
        added[np.arange(rows)[:, None], recent] = np.log(repetition_penalty)
        logits += added[:, :vocab_size]
        logits -= logits.max(axis=1, keepdims=True)
    if top_n is None or top_n >= vocab_size:
        return None, _nucleus(np.exp(logits, out=logits), top_p)
    least = np.partition(logits, -top_n, axis=1)[:, -top_n, None]  # (B, 1): the least logit that stays
    stays = logits >= least
    if np.count_nonzero(stays) > rows * top_n:  # of those equal to the least, the smaller ids stay
        order = np.argsort(-logits, axis=1, kind="stable")
        np.put_along_axis(stays, order[:, top_n:], False, axis=1)
    places = stays.ravel().nonzero()[0].reshape(rows, top_n)
    return places, _nucleus(np.exp(logits.take(places)), top_p)


def _nucleus(weights, top_p):
    """Weights (B, N) with 0 for all but the largest of each row that reach the share `top_p` of its sum."""
    if top_p == 1:
        return weights
    order = np.argsort(-weights, axis=1, kind="stable")  # of equals, the smaller id stays
    reached = np.take_along_axis(weights, order, axis=1).cumsum(axis=1)
    stays = np.ones_like(weights)  # in the order of size: the first always does
    stays[:, 1:] = reached[:, :-1] < top_p * reached[:, -1:]  # as long as those before it do not reach the share
    kept = np.empty_like(weights)
    np.put_along_axis(kept, order, stays, axis=1)
    return weights * kept


def generate(model, prompt, max_tokens=200, temperature=1.0, top_n=None, repetition_penalty=1.0, stop_ids=(),
             seed=0, stream=False, top_p=None):  # fmt: skip
    """Go on from `prompt`, text or ids, and return the prompt with its continuation, of the same kind.

    temperature: 0 takes the most probable token each time, 1 draws from the model's own probabilities. top_n: draw from
    the N most probable only (the field says top-k). repetition_penalty: the probabilities of the last 20 tokens are
    multiplied by it (above 0, at most 1; 0.1 in the original). top_p: draw only from the most probable tokens that
    together reach this share (above 0, at most 1). A token of `stop_ids` ends the text and is left out. The pad token
    is never drawn. With stream=True an iterator of the continuation's pieces is returned instead: whole characters of
    text, or ids one by one.
    """
    tok, is_text = a_model(model).tok, isinstance(prompt, str)
    ids = tok.encode(prompt) if is_text else token_ids("the prompt", prompt, tok.vocab_size).tolist()
    settings = max_tokens, temperature, top_n, repetition_penalty, top_p, stop_ids
    steps = _continue(model, [ids], *settings, [_generator(seed)])
    new = (drawn.item() for _, drawn in steps)
    if flag("stream", stream):
        return _characters(tok, new) if is_text else new
    if is_text:
        return prompt + tok.decode(list(new), special=True)
    return ids + list(new)


def sample(model, prompts, max_tokens=200, temperature=1.0, top_n=None, repetition_penalty=1.0, stop_ids=(), seed=0,
           top_p=None):  # fmt: skip
    """Go on from many prompts (lists of ids) at once; returns each with its continuation, as lists of ids.

    Each prompt has a random generator of its own, made from `seed` and its place in the list.
    """
    vocab_size, prompts = a_model(model).tok.vocab_size, listed("the prompts", prompts, "lists of ids")
    texts = [token_ids("a prompt", prompt, vocab_size).tolist() for prompt in prompts]
    rngs = _generator(seed).spawn(len(texts))
    settings = max_tokens, temperature, top_n, repetition_penalty, top_p, stop_ids
    for rows, ids in _continue(model, texts, *settings, rngs):
        for row, id in zip(rows.tolist(), ids.tolist()):
            texts[row].append(id)
    return texts


def _generator(seed):
    return np.random.default_rng(whole_number("seed", seed, 0))


def _continue(model, texts, max_tokens, temperature, top_n, repetition_penalty, top_p, stop_ids, rngs):
    """Check the settings now; return an iterator of pairs of arrays: the texts that go on, and a new id for each."""
    vocab_size = model.tok.vocab_size
    max_tokens = whole_number("max_tokens", max_tokens, 0)
    settings = _checked(temperature, top_n, repetition_penalty, top_p, vocab_size)
    stop_ids = token_ids("stop_ids", list(stop_ids) if np.iterable(stop_ids) else stop_ids, vocab_size)
    if not all(texts):
        raise ValueError("the prompt is empty: give the model at least one token to go on from")
    stops = np.isin(np.arange(vocab_size), stop_ids)  # (V,)
    never = np.where((np.arange(vocab_size) == model.tok.pad_id) & ~stops, -np.inf, 0.0)  # (V,), added to the logits
    nothing = vocab_size  # in an empty place before a short text
    recent = pad_contexts(texts, REPETITION_WINDOW, nothing)  # (B, R)
    reading = model.reading(texts)

    def steps(recent, rows, ids=None):
        for step in range(max_tokens if texts else 0):
            if step % BLOCK == 0:
                numbers = np.stack([rngs[row].random(BLOCK) for row in rows])  # (B, BLOCK)
            if ids is not None:
                reading.add(ids)
            places, weights = _candidates(reading.logits() + never, *settings, recent)  # (B, N)
            ids = draw_tokens(weights, numbers[:, step % BLOCK])  # (B, N) -> (B,)
            if places is not None:
                ids = places[np.arange(len(rows)), ids] % vocab_size
            recent = np.concatenate([recent[:, 1:], ids[:, None]], axis=1)
            if len(stop_ids) and stops[ids].any():
                on = ~stops[ids]
                rows, ids, recent, numbers = rows[on], ids[on], recent[on], numbers[on]
                if len(rows) == 0:
                    return
                reading.keep(on)
            yield rows, ids

    return steps(recent, np.arange(len(texts)))


def _characters(tok, ids):
    """Text pieces of whole characters, as soon as their last byte is there."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for id in ids:
        if piece := decoder.decode(tok.decode_bytes([id], special=True)):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest
