"""Generation: so many tokens after each of B prompts, from the course's stored Shakespeare model."""

import numpy as np

from tinygpt_lib.course.stored import stored_model
from tinygpt_lib.generation import generate, sample

TOKENS, TEMPERATURE = 100, 0.8
BATCHES = {f"batch {n}{name}": (n, top) for n in (1, 64, 256) for name, top in (("", None), (", top 10", 10))}


def prompts(tok, batch):
    return [tok.encode("ROMEO:\nBut, soft! ")] * batch


def ours(batch, top):
    model = stored_model("shakespeare")
    starts = prompts(model.tok, batch)
    if batch == 1:
        return lambda: generate(model, starts[0], TOKENS, TEMPERATURE, top)
    return lambda: sample(model, starts, TOKENS, TEMPERATURE, top)


def pytorch(batch, top):
    """A loop of our own, eager, in inference mode: the same network, temperature, top-N and draws from the rest."""
    import torch

    model = stored_model("shakespeare")
    table, *layers = [torch.tensor(value) for value, _ in model.parameters()]
    first = torch.tensor(prompts(model.tok, batch))[:, -model.context :]

    @torch.inference_mode()
    def run():
        ids = first
        for _ in range(TOKENS):
            x = table[ids[:, -model.context :]].flatten(1)  # (B, T, E) -> (B, T*E)
            for W, b in zip(layers[:-2:2], layers[1:-2:2]):
                x = torch.addmm(b, x, W).relu_()
            logits = torch.addmm(layers[-1], x, layers[-2]).div_(TEMPERATURE)
            if top:
                best, places = logits.topk(top)
                drawn = places.gather(1, torch.multinomial(best.softmax(-1), 1))
            else:
                drawn = torch.multinomial(logits.softmax(-1), 1)
            ids = torch.cat([ids, drawn], dim=1)

    return run


def jax(batch, top):
    """The same as one compiled loop over the tokens."""
    import jax
    import jax.numpy as jnp

    model = stored_model("shakespeare")
    table, *layers = [jnp.array(value) for value, _ in model.parameters()]
    first = jnp.array(np.array(prompts(model.tok, batch))[:, -model.context :])

    def one(state, _):
        window, key = state
        key, drawn = jax.random.split(key)
        x = table[window].reshape(batch, -1)
        for W, b in zip(layers[:-2:2], layers[1:-2:2]):
            x = jax.nn.relu(x @ W + b)
        logits = (x @ layers[-2] + layers[-1]) / TEMPERATURE
        if top:
            best, places = jax.lax.top_k(logits, top)
            new = jnp.take_along_axis(places, jax.random.categorical(drawn, best)[:, None], 1)
        else:
            new = jax.random.categorical(drawn, logits)[:, None]
        return (jnp.concatenate([window[:, 1:], new.astype(window.dtype)], axis=1), key), new

    loop = jax.jit(lambda state: jax.lax.scan(one, state, None, TOKENS))
    return lambda: jax.block_until_ready(loop((first, jax.random.key(0))))


def matrix_products(batch, top):
    """Nothing but the matrix products: what no generation can undercut."""
    work, rng = [], np.random.default_rng(0)
    for layer in stored_model("shakespeare").network.linears:
        x, y = (np.float32(rng.normal(size=(batch, size))) for size in layer.W.shape)
        work.append((x, layer.W, y))

    def run():
        for _ in range(TOKENS):
            for x, W, y in work:
                np.matmul(x, W, out=y)  # (B, I) @ (I, O) -> (B, O)

    return run


RIVALS = {"PyTorch": pytorch, "JAX": jax, "matrix products": matrix_products}
