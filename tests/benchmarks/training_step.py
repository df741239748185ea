"""A training step: draw a batch, forward, backward, Adam. The same network for all, one thread."""

import numpy as np
from text import plays_as_ids

from tinygpt_lib import TinyGPT, Windows
from tinygpt_lib.optimizers import Adam

CONTEXT, EMBEDDING, RATE = 16, 24, 3e-3
SIZES = {  # name: hidden layers, batch
    "128 x 1, batch 64": ((128,), 64),
    "512 x 1, batch 512": ((512,), 512),
    "256 x 2, batch 512": ((256, 256), 512),
    "512 x 2, batch 512": ((512, 512), 512),
}


def network(hidden, context=CONTEXT, tok=None):
    return TinyGPT(tok or plays_as_ids()[0], context=context, embedding_size=EMBEDDING, hidden=hidden)


def ours(hidden, batch, steps, context=CONTEXT, tok=None, ids=None):
    """A function that takes `steps` steps, as `train` does."""
    model = network(hidden, context, tok)
    draw = Windows(plays_as_ids()[1] if ids is None else ids, context, model.pad_id)
    adam, rng = Adam(model.parameters()), np.random.default_rng(0)

    def run():
        for _ in range(steps):
            model.loss_and_gradients(*draw(rng, batch))
            adam.step(RATE)

    return run


def matrix_products(hidden, batch, steps):
    """Nothing but the matrix products of such a step, into memory that is there already: what no step can undercut."""
    model, rng = network(hidden), np.random.default_rng(0)
    work = []
    for layer in model.network.linears:
        W = layer.W
        x, dy = (rng.normal(size=(batch, size)).astype(W.dtype) for size in W.shape)
        work.append((x, W, dy, np.empty_like(dy), np.empty_like(W), np.empty_like(x)))

    def run():
        for _ in range(steps):
            for x, W, dy, y, dW, dx in work:
                np.matmul(x, W, out=y)  # (B, I) @ (I, O) -> (B, O)
                np.matmul(x.T, dy, out=dW)  # (I, B) @ (B, O) -> (I, O)
                np.matmul(dy, W.T, out=dx)  # (B, O) @ (O, I) -> (B, I)

    return run


def pytorch(hidden, batch, steps):
    """The same in PyTorch's eager mode with its fused Adam; windows are full, which is the quicker way to draw them."""
    import torch

    model, (tok, ids) = network(hidden), plays_as_ids()
    layers = [torch.nn.Embedding(tok.vocab_size, EMBEDDING), torch.nn.Flatten()]
    for linear in model.network.linears:
        layers += [torch.nn.Linear(*linear.W.shape), torch.nn.ReLU()]
    net, text = torch.nn.Sequential(*layers[:-1]), torch.tensor(ids)
    adam, slots = torch.optim.Adam(net.parameters(), RATE, fused=True), torch.arange(CONTEXT + 1)

    def run():
        for _ in range(steps):
            windows = text[torch.randint(len(text) - CONTEXT, (batch, 1)) + slots]  # (B, T + 1)
            loss = torch.nn.functional.cross_entropy(net(windows[:, :-1]), windows[:, -1])
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()

    return run


def jax(hidden, batch, steps):
    """The same in JAX, drawing and Adam included, compiled as one function of a step."""
    import jax
    import jax.numpy as jnp

    model, (_, ids) = network(hidden), plays_as_ids()
    text, slots = jnp.array(ids), jnp.arange(CONTEXT + 1)
    weights = [jnp.array(value) for value, _ in model.parameters()]

    def loss_of(weights, windows):
        table, *layers = weights
        x = table[windows[:, :-1]].reshape(batch, -1)  # (B, T, E) -> (B, T*E)
        for W, b in zip(layers[:-2:2], layers[1:-2:2]):
            x = jax.nn.relu(x @ W + b)
        logp = jax.nn.log_softmax(x @ layers[-2] + layers[-1])
        return -logp[jnp.arange(batch), windows[:, -1]].mean()

    @jax.jit
    def step(state, n):
        weights, m, v, key = state
        key, drawn = jax.random.split(key)
        windows = text[jax.random.randint(drawn, (batch, 1), 0, len(ids) - CONTEXT) + slots]
        gradients = jax.grad(loss_of)(weights, windows)
        m = [0.9 * a + 0.1 * g for a, g in zip(m, gradients)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, gradients)]
        rate = RATE * jnp.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        weights = [w - rate * a / (jnp.sqrt(b) + 1e-8) for w, a, b in zip(weights, m, v)]
        return weights, m, v, key

    zeros = [jnp.zeros_like(w) for w in weights]
    state = (weights, zeros, zeros, jax.random.key(0))

    def run():
        nonlocal state
        for n in range(1, steps + 1):
            state = step(state, float(n))
        jax.block_until_ready(state)

    return run


RIVALS = {"PyTorch": pytorch, "JAX": jax, "matrix products": matrix_products}
