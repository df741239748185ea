"""A GPT's training step: draw whole windows, forward, backward, Adam. The same network for all, one thread."""

import numpy as np
from text import plays_as_ids

from tinygpt_lib import GPT
from tinygpt_lib.optimizers import Adam

RATE = 1e-3
SIZES = {  # name: window, width, heads, layers, windows in a batch
    "window 64, width 64, 16 windows": (64, 64, 4, 2, 16),
    "window 32, width 96, 24 windows": (32, 96, 4, 2, 24),
}


def ours(context, width, heads, layers, batch, steps):
    """A function that takes `steps` steps, as `train` does."""
    tok, ids = plays_as_ids()
    model = GPT(tok, context, width, heads, layers)
    draw, adam, rng = model.windows(ids, context, model.pad_id), Adam(model.parameters()), np.random.default_rng(0)

    def run():
        for _ in range(steps):
            model.loss_and_gradients(*draw(rng, batch * context))
            adam.step(RATE)

    return run


def pytorch(context, width, heads, layers, batch, steps):
    """The same in PyTorch's eager mode, with its own attention and its fused Adam."""
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy, relu, scaled_dot_product_attention

    tok, ids = plays_as_ids()

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.hidden, self.back = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            qkv = self.qkv(self.norm1(x)).view(len(x), context, 3, heads, width // heads)
            mixed = scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4), is_causal=True)  # (B, H, T, D)
            x = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
            return x + self.back(relu(self.hidden(self.norm2(x))))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.places = nn.Embedding(tok.vocab_size, width), nn.Embedding(context, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, tok.vocab_size)

        def forward(self, ids):
            return self.head(self.norm(self.blocks(self.table(ids) + self.places.weight)))

    net, text, slots = Network(), torch.tensor(ids), torch.arange(context + 1)
    adam = torch.optim.Adam(net.parameters(), RATE, fused=True)

    def run():
        for _ in range(steps):
            windows = text[torch.randint(len(text) - context, (batch, 1)) + slots]  # (B, T + 1)
            loss = cross_entropy(net(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()

    return run


def matrix_products(context, width, heads, layers, batch, steps):
    """Nothing but the products with the layers' weights, into memory that is there already: attention's not."""
    tok, _ = plays_as_ids()
    block, rows = [(width, 3 * width), (width, width), (width, 4 * width), (4 * width, width)], batch * context
    rng, work = np.random.default_rng(0), []
    for inputs, outputs in layers * block + [(width, tok.vocab_size)]:
        shapes = (rows, inputs), (rows, outputs), (inputs, outputs)
        x, dy, W = (np.float32(rng.normal(size=shape)) for shape in shapes)
        work.append((x, W, dy, np.empty_like(dy), np.empty_like(W), np.empty_like(x)))

    def run():
        for _ in range(steps):
            for x, W, dy, y, dW, dx in work:
                np.matmul(x, W, out=y)  # (B*T, I) @ (I, O) -> (B*T, O)
                np.matmul(x.T, dy, out=dW)  # (I, B*T) @ (B*T, O) -> (I, O)
                np.matmul(dy, W.T, out=dx)  # (B*T, O) @ (O, I) -> (B*T, I)

    return run


RIVALS = {"PyTorch": pytorch, "matrix products": matrix_products}
