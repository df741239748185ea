"""The questions and answers of data/conversations: `make data` writes them again, byte for byte.

Only small_talk.jsonl and small_talk_held_out.jsonl there are written by hand.
"""

import json

import numpy as np

from tinygpt_lib.chat import exchange
from tinygpt_lib.course.assistant.facts import KINDS, facts, names
from tinygpt_lib.course.stored import CONVERSATIONS
from tinygpt_lib.files import write_atomically


def make_conversations() -> dict:
    """File name -> its conversations: for each kind those to train on, and those in held-out phrasings."""
    files, rng = {}, np.random.default_rng(1)
    for kind, about in facts().items():
        trained, held_out, ways = KINDS[kind]
        files[kind] = [
            exchange(trained[i].replace("NAME", name), answer)
            for name, answer in about
            for i in sorted(rng.permutation(len(trained))[:ways])
        ]
        files[f"{kind}_held_out"] = [
            exchange(phrasing.replace("NAME", name), answer) for name, answer in about for phrasing in held_out
        ]
    return files


def main():
    CONVERSATIONS.mkdir(parents=True, exist_ok=True)
    records = {name: [{"messages": messages} for messages in made] for name, made in make_conversations().items()}
    records["names"] = [name._asdict() for name in names()]
    for name, lines in records.items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_atomically(CONVERSATIONS / f"{name}.jsonl", text.encode("utf-8"))
        print(f"{name}.jsonl: {len(lines):,} lines, {len(text) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
