"""Each check accepts the solution, knows a stub, and tells plausible mistakes apart."""

from collections import Counter

import numpy as np
import pytest

from notebooks import LESSONS, NOTEBOOKS, SOLUTIONS, code_cells, name, run_cells, tags
from tinygpt_lib.bpe import PIECES
from tinygpt_lib.course import check
from tinygpt_lib.loss import cross_entropy, softmax
from tinygpt_lib.merges import merge

# ---- mistakes, two for each exercise ------------------------------------------------------------------------------


def uncut(text, merges, id_of):
    return list(apply_merges([id_of[byte] for byte in text.encode()], merges, len(id_of)))


def words_only(text, merges, id_of):
    return [id for word in text.split() for id in uncut(word, merges, id_of)]


def latest_first(text, merges, id_of):
    ids, ranks = [], {pair: rank for rank, pair in enumerate(merges)}
    for piece in PIECES.findall(text):
        word = [id_of[byte] for byte in piece.encode()]
        while known := [pair for pair in zip(word, word[1:]) if pair in ranks]:
            pair = max(known, key=ranks.get)
            word = merge(word, pair, len(id_of) + ranks[pair])
        ids += word
    return ids


def apply_merges(ids, merges, first_new_id):
    for rank, pair in enumerate(merges):
        ids = merge(ids, pair, first_new_id + rank)
    return ids


def token_by_token(ids, tokens):
    return "".join(tokens[id].decode("utf-8", errors="replace") for id in ids)


def ids_as_letters(ids, tokens):
    return "".join(chr(id) for id in ids)


def means_over_the_batch(x, W, dy):
    return x.T @ dy / len(x), dy.mean(axis=0), dy @ W.T


def not_turned(x, W, dy):
    return (x.T @ dy, dy.sum(axis=0), dy @ W) if W.shape[0] == W.shape[1] else (x.T @ dy, dy.sum(axis=0), dy @ W.T)


def only_the_weights(x, W, dy):
    return x.T @ dy


def loss_only(logits, targets, weights):
    loss, gradient = cross_entropy(logits, targets)
    return loss * weights.mean(), gradient


def divided_by_the_weights(logits, targets, weights):
    loss, gradient = cross_entropy(logits, targets, weights)
    return loss * len(weights) / weights.sum(), gradient * len(weights) / weights.sum()


def mean_weight_everywhere(logits, targets, weights):
    loss, _ = cross_entropy(logits, targets, weights)
    return loss, cross_entropy(logits, targets)[1] * weights.mean()


def log_of_softmax(logits, targets, weights):
    p = softmax(logits)[np.arange(len(targets)), targets]
    with np.errstate(divide="ignore"):
        return (weights * -np.log(p)).mean(), cross_entropy(logits, targets, weights)[1]


def perfect_checks_in_all(shares):
    perfect = [n for n, share in enumerate(shares, 1) if share == 1]
    return perfect[9] if len(perfect) >= 10 else None


def run_to_the_end(shares):
    return len(shares) if shares[-10:] == [1.0] * 10 else None


def always_the_smallest(context, length):
    return min(context[:length])


def by_place_in_order(context, length):
    used = context[length:].index(3)
    return sorted(set(context[:length]))[min(used, len(set(context[:length])) - 1)]


def by_sorting(context, length):
    return sorted(context[:length])[context[length:].index(3)]


def same_rows_for_every_slot(contexts, W, vocab_size):
    return W[contexts].sum(axis=1)


def without_overlapping_contexts(text, context, character, shorter):
    kinds = sum(context + c in text for c in set(text))
    seen = sum(text.count(context + c) for c in set(text))
    return (text.count(context + character) + kinds * shorter) / (seen + kinds) if seen else shorter


def unseen_is_impossible(text, context, character, shorter):
    followers = [text[i + len(context)] for i in range(len(text) - len(context)) if text[i:].startswith(context)]
    if character not in followers:
        return 0.0
    return (followers.count(character) + len(set(followers)) * shorter) / (len(followers) + len(set(followers)))


def all_contexts_in_one_row(contexts, W, vocab_size):
    return W[contexts + vocab_size * np.arange(contexts.shape[1])].sum(axis=(0, 1))[None]


def always_before(ids, context, pad_id, padding):
    return [pad_id] * (context - len(ids)) + ids[-context:]


def first_ids_kept(ids, context, pad_id, padding):
    ids = ids[:context]
    empty = [pad_id] * (context - len(ids))
    return empty + ids if padding == "before" else ids + empty


def common_start(text, source):
    return next((text[:n] for n in range(len(text), 0, -1) if text[:n] in source), "")


def whole_words(text, source):
    words = [word for word in text.split() if word in source.split()]
    return max(words, key=len, default="")


def divided_probabilities(p, temperature):
    return p / temperature / (p / temperature).sum()


def wrong_power(p, temperature):
    return softmax(np.log(p) * temperature)


def only_when_hot(p, temperature):
    powers = p ** (1 / max(temperature, 1))
    return powers / powers.sum()


def greedy_path(next_p, start, steps):
    ids = list(start)
    for _ in range(steps):
        ids.append(int(np.argmax(next_p(ids))))
    return ids


def longer_lists(next_p, beams):
    return [(chance * p, [*ids, id]) for chance, ids in beams for id, p in enumerate(next_p(ids))]


def two_greedy_paths(next_p, start, steps):
    """Two beginnings, each of which goes on by itself."""
    firsts = sorted(longer_lists(next_p, [(1, list(start))]), reverse=True)[:2]
    for _ in range(steps - 1):
        firsts = [max(longer_lists(next_p, [beam])) for beam in firsts]
    return max(firsts)[1]


def all_paths(next_p, start, steps):
    beams = [(1, list(start))]
    for _ in range(steps):
        beams = longer_lists(next_p, beams)
    return max(beams)[1]


def share_of_the_pair(text, length):
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    return -sum(n * np.log(n / grams.total()) for n in grams.values()) / grams.total()


def all_contexts_alike(text, length):
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    after = {}
    for gram, count in grams.items():
        after.setdefault(gram[:-1], []).append(count)
    shares = [np.array(counts) / sum(counts) for counts in after.values()]
    return np.mean([-(p * np.log(p)).sum() for p in shares])


def nats_per_byte(surprises, tokens):
    return sum(surprises) / sum(len(token.encode()) for token in tokens)


def bits_per_token(surprises, tokens):
    return np.mean(surprises) / np.log(2)


def bits_per_character(surprises, tokens):
    return sum(surprises) / np.log(2) / len("".join(tokens))


def cosine_from_the_start(progress, warm_up):
    cosine = 0.5 + 0.5 * np.cos(np.pi * progress)
    return progress / warm_up if progress < warm_up else cosine


def warm_up_times_cosine(progress, warm_up):
    return min(progress / warm_up, 1) * (0.5 + 0.5 * np.cos(np.pi * progress))


def power_of_the_mean(chances, n):
    return np.mean(chances) ** n


def ends_count_as_wrong(chances, n):
    return sum(np.prod(chances[i : i + n]) for i in range(len(chances) - n + 1)) / len(chances)


def one_place_short(chances, n):
    return np.mean([np.prod(chances[i : i + n]) for i in range(max(len(chances) - n, 1))])


def biases_stay(W_in, b, W_out, order):
    return W_in[:, order], b, W_out[order]


def readers_stay(W_in, b, W_out, order):
    return W_in[:, order], b[order], W_out


def backwards(W_in, b, W_out, order):
    order = np.argsort(order)
    return W_in[:, order], b[order], W_out[order]


def without_the_end(ids, special_ids):
    mask = of_the_assistant(ids, special_ids)
    return [asked and id != special_ids["<|im_end|>"] for id, asked in zip(ids, mask)]


def all_from_the_first_answer_on(ids, special_ids):
    first = ids.index(special_ids["assistant"]) + 1 if special_ids["assistant"] in ids else len(ids)
    return [place > first for place in range(len(ids))]


def headers_too(ids, special_ids):
    mask = of_the_assistant(ids, special_ids)
    return [any(mask[place : place + 4]) for place in range(len(ids))]


def of_the_assistant(ids, special_ids):
    mask, own = [], False
    for place, id in enumerate(ids):
        mask.append(own)
        if id == special_ids["<|im_sep|>"]:
            own = ids[place - 1] == special_ids["assistant"]
        own = own and id != special_ids["<|im_end|>"]
    return mask


def last_token_read(lengths):
    return max(question + answer + 8 for question, answer in lengths)


def all_exchanges_in_one(lengths):
    return sum(question + answer + 7 for question, answer in lengths)


def answers_only(lengths):
    return max(answer + 8 for _, answer in lengths)


def against_the_whole_mean(rewards):
    return rewards - rewards.mean(axis=1, keepdims=True)


def own_reward_left_in(rewards):
    return rewards - rewards.sum(axis=1, keepdims=True) / (rewards.shape[1] - 1)


def any_right(rewards):
    return (rewards > 0).any(axis=1).mean()


def mean_spread(rewards):
    return rewards.std(axis=1).mean()


def the_other_way_round(judged, truth):
    both = sum(j and t for j, t in zip(judged, truth))
    return both / max(sum(truth), 1), both / max(sum(judged), 1)


def divides_by_0(judged, truth):
    both = sum(j and t for j, t in zip(judged, truth))
    return both / sum(judged), both / max(sum(truth), 1)


def accuracy_for_precision(judged, truth):
    return np.mean(np.array(judged) == np.array(truth)), sum(j and t for j, t in zip(judged, truth)) / sum(truth)


def share_below(known, unknown, share):
    return np.mean(unknown > np.quantile(known, share))


def known_caught(known, unknown, share):
    threshold = np.quantile(known, 1 - share)
    return np.mean(unknown > threshold) if share < 0.5 else np.mean(known > threshold)


def threshold_from_all(known, unknown, share):
    return np.mean(unknown > np.quantile(np.concatenate([known, unknown]), 1 - share))


def real_one_only(seeds):
    return 0.5**seeds


def one_way_a_seed(seeds):
    return 1 / (seeds + 1)


def one_power_for_all(x, y):
    return [np.polyfit(np.log(x), np.log(y), 1)[0]]


def ratios_of_ratios(x, y):
    return [(d / c) / (b / a) for a, b, c, d in zip(x, x[1:], y, y[1:])]


def without_logarithms(x, y):
    return (np.diff(y) / np.diff(x)).tolist()


def only_the_last_place(f, x):
    changed = x.copy()
    changed[-1] += 1
    return bool((abs(f(changed) - f(x))[:-1] > 1e-9).any())


def any_place_at_all(f, x):
    changed = x.copy()
    changed[0] += 1
    return bool((abs(f(changed) - f(x))[1:] > 1e-9).any())


def two_places_at_least(f, x):
    """Would miss a leak of one place."""
    changed = [x + (np.arange(len(x)) == t)[:, None] for t in range(len(x))]
    return any((abs(f(new) - f(x))[: max(t - 1, 0)] > 1e-9).any() for t, new in enumerate(changed))


def others_moved(f, q, k, v, heads, which):
    """Whether a change of some heads' columns is seen in other heads' columns."""
    owner = np.arange(q.shape[1]) * heads // q.shape[1]
    found = False
    for head in which:
        own = owner == head
        changed = [part + own * np.random.default_rng(0).normal(size=part.shape) for part in (q, k, v)]
        found |= bool((abs(f(*changed, heads) - f(q, k, v, heads)) > 1e-9)[:, ~own].any())
    return found


def only_the_first_head(f, q, k, v, heads):
    return others_moved(f, q, k, v, heads, [0])


def own_columns_count(f, q, k, v, heads):
    return bool((abs(f(q + 1, k + 1, v + 1, heads) - f(q, k, v, heads)) > 1e-9).any())


def halves(f, q, k, v, heads):
    """Cuts the columns in two, whatever the number of heads."""
    left = np.arange(q.shape[1]) < q.shape[1] / 2
    moved = abs(f(q + left, k + left, v + left, heads) - f(q, k, v, heads)) > 1e-9
    return bool(moved[:, ~left].any())


def unweighted(q, keys, values):
    return values.mean(axis=1)


def all_heads_alike(q, keys, values):
    weights = softmax((keys @ q[..., None])[..., 0].mean(axis=0))
    return (weights[None, None] @ values)[:, 0]


def over_the_heads(q, keys, values):
    scores = (keys @ q[..., None])[..., 0]
    return (softmax(scores.T).T[:, None] @ values)[:, 0]


def without_biases(vocab, width, layers):
    return 2 * vocab * width + layers * 12 * width * width


def one_norm_a_block(vocab, width, layers):
    return 2 * vocab * width + vocab + 2 * width + layers * (12 * width * width + 11 * width)


MISTAKES = {
    "encode": (uncut, words_only),
    "decode": (token_by_token, ids_as_letters),
    "linear_backward": (means_over_the_batch, not_turned),
    "weighted_cross_entropy": (loss_only, mean_weight_everywhere),
    "checks_until_trained": (perfect_checks_in_all, run_to_the_end),
    "next_letter": (always_the_smallest, by_place_in_order),
    "look_up": (same_rows_for_every_slot, all_contexts_in_one_row),
    "fill": (always_before, first_ids_kept),
    "smoothed": (without_overlapping_contexts, unseen_is_impossible),
    "longest_copied_run": (common_start, whole_words),
    "temper": (divided_probabilities, only_when_hot),
    "beam": (greedy_path, all_paths),
    "lowest_loss": (share_of_the_pair, all_contexts_alike),
    "bits_per_byte": (nats_per_byte, bits_per_token),
    "warm_cosine": (cosine_from_the_start, warm_up_times_cosine),
    "reorder": (biases_stay, readers_stay),
    "chance_in_a_row": (power_of_the_mean, ends_count_as_wrong),
    "trained_mask": (without_the_end, all_from_the_first_answer_on),
    "needed_window": (last_token_read, all_exchanges_in_one),
    "precision_recall": (the_other_way_round, divides_by_0),
    "unknown_caught": (share_below, known_caught),
    "leave_one_out": (against_the_whole_mean, own_reward_left_in),
    "share_that_teaches": (any_right, mean_spread),
    "looks_ahead": (only_the_last_place, any_place_at_all),
    "heads_mix": (only_the_first_head, own_columns_count),
    "smallest_share": (real_one_only, one_way_a_seed),
    "powers": (one_power_for_all, without_logarithms),
    "one_row": (unweighted, all_heads_alike),
    "numbers": (without_biases, one_norm_a_block),
}
ALSO_WRONG = {
    "looks_ahead": (two_places_at_least,),
    "heads_mix": (halves,),
    "encode": (latest_first,),
    "linear_backward": (only_the_weights,),
    "weighted_cross_entropy": (divided_by_the_weights, log_of_softmax),
    "next_letter": (by_sorting,),
    "powers": (ratios_of_ratios,),
    "temper": (wrong_power,),
    "beam": (two_greedy_paths,),
    "bits_per_byte": (bits_per_character,),
    "reorder": (backwards,),
    "chance_in_a_row": (one_place_short,),
    "trained_mask": (headers_too,),
    "needed_window": (answers_only,),
    "precision_recall": (accuracy_for_precision,),
    "unknown_caught": (threshold_from_all,),
    "one_row": (over_the_heads,),
}

# ---- what the checks say ------------------------------------------------------------------------------------------


def said(name, function, capsys):
    getattr(check, name)(function)
    return capsys.readouterr().out.strip()


def first_sentence(verdict):
    return verdict.splitlines()[0]


def exercises():
    """Every stub of every notebook: (notebook, name of the exercise)."""
    for path in LESSONS:
        for cell in code_cells(path):
            if "exercise" in tags(cell):
                yield name(path), cell.source.split("(")[0].removeprefix("def ")


EXERCISES = list(exercises())
each_exercise = pytest.mark.parametrize(("notebook", "name"), EXERCISES, ids=[name for _, name in EXERCISES])


def test_every_exercise_has_its_mistakes():
    assert {name for _, name in EXERCISES} == MISTAKES.keys()


@each_exercise
def test_the_solution_is_right(notebook, name, capsys):
    solution = run_cells(SOLUTIONS / notebook, "solution")[name]
    assert said(name, solution, capsys) == "Right!"


@each_exercise
def test_a_stub_is_not_attempted(notebook, name, capsys):
    stub = run_cells(NOTEBOOKS / notebook, "exercise")[name]
    assert said(name, stub, capsys).startswith("Not attempted")

    def unfinished(*arguments):
        raise NotImplementedError

    assert said(name, unfinished, capsys).startswith("Not attempted")


@each_exercise
def test_mistakes_are_told_apart(notebook, name, capsys):
    verdicts = [said(name, mistake, capsys) for mistake in MISTAKES[name]]
    assert all(verdict.startswith("Not yet") for verdict in verdicts)
    assert len(set(map(first_sentence, verdicts))) == 2
    for mistake in ALSO_WRONG.get(name, ()):
        assert said(name, mistake, capsys).startswith("Not yet")


@each_exercise
@pytest.mark.parametrize("answer", ["nonsense", 17, (1, 2, 3), np.zeros((2, 2)), [], lambda: 0])
def test_any_answer_gets_a_verdict(notebook, name, answer, capsys):
    assert said(name, lambda *arguments: answer, capsys).startswith("Not yet")


@each_exercise
def test_an_exception_is_named(notebook, name, capsys):
    def broken(*arguments):
        raise KeyError("oops")

    assert "KeyError: 'oops'" in said(name, broken, capsys)


@each_exercise
def test_a_function_that_changes_its_arguments_harms_nobody(notebook, name, capsys):
    solution = run_cells(SOLUTIONS / notebook, "solution")[name]

    def destructive(*arguments):
        answer = solution(*arguments)
        for argument in arguments:
            if isinstance(argument, list):
                argument.clear()
            elif isinstance(argument, np.ndarray):
                argument[...] = 0
        return answer

    assert said(name, destructive, capsys) == "Right!"
