"""Byte-pair merges: learning them from words, and applying them, in n log n steps for n bytes.

A token of k bytes takes k places in a list of ids, and its id stands at its first and its last place; what is between
is never read. So a token's length tells where its neighbours are, and a merge writes three places and moves nothing.
For each pair the places of its left halves are remembered. A place is out of date once another merge has taken one
half of the pair, and shows it: a merge writes only ids newer than both halves, so the old id never comes back.
"""

import heapq
from array import array
from collections import defaultdict
from functools import partial

from tinygpt_lib.checks import LARGEST, token_ids

GAP = -1  # between words, and where a right half began


def merge(ids, pair, new_id) -> list[int]:
    """Replace each `pair` in `ids`, from left to right, by `new_id`: one step of the textbook's loop.

    >>> merge([1, 1, 1, 2], (1, 1), 9)
    [9, 1, 2]
    """
    ids, pair = token_ids("ids", ids, LARGEST).tolist(), tuple(token_ids("pair", pair, LARGEST).tolist())
    merged, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and (ids[i], ids[i + 1]) == pair:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def learn_merges(words, n_bytes, how_many, max_length=None) -> list[tuple[int, int]]:
    """Up to `how_many` merges, the most frequent pair first, then the smaller left id, then the smaller right id.

    words: pairs of a word's ids, all below `n_bytes`, and how often the word stands in the text. A pair seen once is
    not merged, nor one of more than `max_length` bytes. All neighbours count, also where pairs overlap: "aaa" has two.
    """
    ids, weights, lengths, merges = [GAP], [0], [1] * n_bytes, []
    for word, count in words:
        ids += word
        ids.append(GAP)
        weights += [count] * (len(ids) - len(weights))
    no_places = partial(array, "I")  # 4 bytes a place; always in ascending order
    counts, places = defaultdict(int), defaultdict(no_places)
    for i, pair in enumerate(zip(ids, ids[1:])):
        if GAP not in pair:
            counts[pair] += weights[i]
            places[pair].append(i)
    # Only pairs with the newest token become more frequent. All others become less so, and their entry in the heap is
    # put right when their turn comes: until then it says too much, never too little.
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    while heap and len(merges) < how_many:
        count, pair = heapq.heappop(heap)
        left, right = pair
        length = lengths[left] + lengths[right]
        if counts[pair] < 2 or (max_length and length > max_length):
            continue
        if counts[pair] < -count:
            heapq.heappush(heap, (-counts[pair], pair))
            continue
        new, new_places = len(lengths), defaultdict(no_places)
        lengths.append(length)
        merges.append(pair)
        for i in places.pop(pair):
            if neighbours := _merge_at(i, ids, pair, new, lengths):
                before, after = neighbours
                if before != GAP:
                    counts[before, left] -= weights[i]
                    counts[before, new] += weights[i]
                    new_places[before, new].append(i - lengths[before])
                if after != GAP:
                    counts[right, after] -= weights[i]
                    counts[new, after] += weights[i]
                    new_places[new, after].append(i)
        for pair in new_places:
            if counts[pair] > 1:
                places[pair] = new_places[pair]
                heapq.heappush(heap, (-counts[pair], pair))
    return merges


def apply_merges(ids, merges, ranks, lengths) -> list[int]:
    """One word's ids (single bytes) after all merges, the earliest learnt first.

    ranks: {pair: its place in `merges`}. lengths: the number of bytes of each id, bytes first, then merges.
    """
    size, n_bytes = len(ids) + 2, len(lengths) - len(merges)
    # What can be merged, by rank, then from left to right; rank and place in one number, which takes less memory.
    heap = [ranks[pair] * size + i for i, pair in enumerate(zip(ids, ids[1:]), start=1) if pair in ranks]
    if not heap:
        return ids
    ids = [GAP, *ids, GAP]
    heapq.heapify(heap)
    while heap:
        rank, i = divmod(heapq.heappop(heap), size)
        new = n_bytes + rank
        if neighbours := _merge_at(i, ids, merges[rank], new, lengths):
            before, after = neighbours
            if (before, new) in ranks:
                heapq.heappush(heap, ranks[before, new] * size + i - lengths[before])
            if (new, after) in ranks:
                heapq.heappush(heap, ranks[new, after] * size + i)
    merged, i = [], 1
    while i < size - 1:
        merged.append(ids[i])
        i += lengths[ids[i]]
    return merged


def _merge_at(i, ids, pair, new, lengths):
    """Merge `pair` at place `i` if it still stands there. Returns the id before it and the id after it, else None."""
    left, right = pair
    middle, end = i + lengths[left], i + lengths[new]
    if ids[i] != left or ids[middle] != right:
        return None
    ids[middle] = GAP
    ids[i] = ids[end - 1] = new
    return ids[i - 1], ids[end]
