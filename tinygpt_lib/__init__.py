"""TinyGPT's library: everything the notebooks teach, kept here once it has been taught.

Data flows one way, a module a concept:

    corpus -> merges -> bpe -> windows -> encoding -> layers -> model -> training -> generation -> chat -> reward
                               every_position -> attention -> transformer -> reading

The lower way makes a `GPT`, the upper a `TinyGPT`; what both do alike, and all else uses, is in `language_model`.
What the notebooks use of it can be imported from here. `tinygpt_lib.course` holds the teaching aids (figures, checks of
exercises, experiments, the assistant's questions); nothing above imports it.
"""

from tinygpt_lib.alphabetize import is_trained, letters, random_strings, sorted_right, train_to_sort
from tinygpt_lib.bpe import PIECES, Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, exchange, load_conversations, prompt, read_conversations, replies
from tinygpt_lib.corpus import shakespeare, split
from tinygpt_lib.generation import draw_token, generate, next_token_distribution, sample
from tinygpt_lib.layers import Network
from tinygpt_lib.loss import cross_entropy, softmax
from tinygpt_lib.merges import merge
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.ngrams import NGram
from tinygpt_lib.optimizers import OPTIMIZERS, SGD, Adam
from tinygpt_lib.reward import above_mean, rewarded, try_out
from tinygpt_lib.training import SCHEDULES, train
from tinygpt_lib.transformer import GPT
from tinygpt_lib.windows import STARTS, Windows, pad_contexts

__version__ = "0.1.0"
