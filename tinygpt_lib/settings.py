"""What a model is made of: its settings, each a value that makes sense, and the shapes that follow from them."""

import math

import numpy as np

from tinygpt_lib.checks import choice, floating, real_number, shown, whole_number
from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.initialisation import BIAS_INITS, WEIGHT_INITS
from tinygpt_lib.layers import ACTIVATIONS
from tinygpt_lib.windows import PADDINGS

SETTINGS = ("context", "encoding", "embedding_size", "padding", "pad_id", "hidden", "activation", "weight_init",
            "bias_init", "dropout", "dtype", "seed")  # fmt: skip
GPT_SETTINGS = ("context", "width", "heads", "layers", "positions", "padding", "pad_id", "dropout", "dtype", "seed")
POSITIONS = ("learned", "rotary", "none")
MOST_LAYERS = 100
MOST_WINDOW = 4096  # of a GPT, in tokens: each looks at each, and a mask holds the square of it
MOST_PARAMETERS = 20_000_000  # training keeps five numbers for each of them


def checked_settings(tok, given):
    """A model's settings as they are kept: all there, each a value that makes sense; else ValueError."""
    _all_there(given, SETTINGS)
    hidden = given["hidden"]
    if not isinstance(hidden, list | tuple) and not (isinstance(hidden, np.ndarray) and hidden.ndim):
        hidden = (hidden,)
    if len(hidden) > MOST_LAYERS:
        raise ValueError(f"hidden has {len(hidden):,} layers: at most {MOST_LAYERS}")
    return {
        "context": whole_number("context", given["context"], 1),
        "encoding": choice("encoding", given["encoding"], ENCODINGS),
        "embedding_size": whole_number("embedding_size", given["embedding_size"], 1),
        **_common(tok, given),
        "hidden": [whole_number("a hidden layer's size", size, 1) for size in hidden],
        "activation": choice("activation", given["activation"], ACTIVATIONS),
        "weight_init": choice("weight_init", given["weight_init"], WEIGHT_INITS),
        "bias_init": choice("bias_init", given["bias_init"], BIAS_INITS),
    }


def gpt_settings(tok, given):
    """A GPT's settings as they are kept: all there, each a value that makes sense; else ValueError."""
    _all_there(given, GPT_SETTINGS)
    width = whole_number("width", given["width"], 1)
    heads = whole_number("heads", given["heads"], 1)
    if width % heads:
        raise ValueError(f"width is {width}, heads is {heads}: each head takes as many columns, so it must divide them")
    positions = choice("positions", given["positions"], POSITIONS)
    if positions == "rotary" and width // heads % 2:
        raise ValueError(f"a head has {width // heads} numbers: rotary positions turn pairs, so it must be even")
    return {
        "context": whole_number("context", given["context"], 1, MOST_WINDOW),
        "width": width,
        "heads": heads,
        "layers": whole_number("layers", given["layers"], 1, MOST_LAYERS),
        "positions": positions,
        **_common(tok, given),
    }


def _all_there(given, names):
    if not isinstance(given, dict) or given.keys() != set(names):
        raise ValueError(f"the settings are {shown(given)}: they must be {', '.join(names)}")


def _common(tok, given):
    """What every kind of model has."""
    pad_id = given["pad_id"]
    return {
        "padding": choice("padding", given["padding"], PADDINGS),
        "pad_id": tok.pad_id if pad_id is None else whole_number("pad_id", pad_id, 0, tok.vocab_size - 1),
        "dropout": real_number("dropout", given["dropout"], 0, 0.99),
        "dtype": floating("dtype", given["dtype"]),
        "seed": whole_number("seed", given["seed"], 0),
    }


def parameter_shapes(settings, vocab_size):
    """The shapes of all parameters of a model with these settings, in their order; ValueError if it were too large."""
    context, embedding_size, encoding = settings["context"], settings["embedding_size"], ENCODINGS[settings["encoding"]]
    sizes = (encoding.inputs(context, vocab_size, embedding_size), *settings["hidden"], vocab_size)
    shapes = [(vocab_size, embedding_size)] if encoding.trained else []
    for inputs, outputs in zip(sizes, sizes[1:]):
        shapes += [(inputs, outputs), (outputs,)]
    return _not_too_large(shapes)


def gpt_shapes(settings, vocab_size):
    """As `parameter_shapes`, for a GPT."""
    width, shapes = settings["width"], [(vocab_size, settings["width"])]
    if settings["positions"] == "learned":
        shapes.append((settings["context"], width))
    norm, linear = [(width,), (width,)], lambda inputs, outputs: [(inputs, outputs), (outputs,)]
    attention = linear(width, 3 * width) + linear(width, width)
    mlp = linear(width, 4 * width) + linear(4 * width, width)
    shapes += settings["layers"] * (norm + attention + norm + mlp)
    return _not_too_large(shapes + norm + linear(width, vocab_size))


def _not_too_large(shapes):
    total = sum(map(math.prod, shapes))
    if total > MOST_PARAMETERS:
        raise ValueError(f"the model would have {total:,} parameters: at most {MOST_PARAMETERS:,}; make it smaller")
    return shapes
