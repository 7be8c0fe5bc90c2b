"""The convolutional network in plain PyTorch; docs/networks.md, "Convolutional layers", defines it.

Parameters have the names of the library's files. Tokens are [N, H, W, d], which convolutions see as
channels-last images.
"""

import torch
import torch.nn.functional as F
from torch import nn

import ops
from network import FourierFeatures, Linear, Mapping, RMSNorm, TokenMerge, TokenSplit


class Layer(nn.Module):
    """x + W_down·(a ⊙ b), [a, b] = W_up·(kernel ∗ x/rms(x))."""

    def __init__(self, width, size, d_ff):
        super().__init__()
        self.kernel = nn.Parameter(torch.empty(size, size, width).uniform_(-1 / size, 1 / size))
        self.up_proj = Linear(width, 2 * d_ff)
        self.down_proj = Linear(d_ff, width)

    def forward(self, x):
        normed = x * (x.square().mean(-1, keepdim=True) + ops.EPS).rsqrt()
        kernel = self.kernel.permute(2, 0, 1).unsqueeze(1)
        around = F.conv2d(
            normed.permute(0, 3, 1, 2), kernel, padding=kernel.shape[-1] // 2,
            groups=kernel.shape[0],
        )
        a, b = self.up_proj(around.permute(0, 2, 3, 1)).chunk(2, -1)
        return self.down_proj(a * b, residual=x)


class Level(nn.ModuleList):
    """Layers after one modulation of the channels by the noise level."""

    def __init__(self, level, cond_width):
        width = level["width"]
        super().__init__(
            Layer(width, level.get("kernelSize", 3), level.get("dFf", 2 * width))
            for _ in range(level["depth"])
        )
        self.modulation = Linear(cond_width, width)

    def forward(self, x, cond):
        x = x * (self.modulation(cond) + 1)[:, None, None]
        for name, layer in self.named_children():
            if name != "modulation":
                x = layer(x)
        return x


class Convolutional(nn.Module):
    """The hourglass of `network.HDiT` with convolutional layers, for one date."""

    def __init__(self, options):
        super().__init__()
        levels, mapping, patch = options["levels"], options["mapping"], options["patchSize"]
        cond_width = mapping["width"]
        widths = [level["width"] for level in levels]
        steps = list(zip(widths, widths[1:]))
        self.patch_in = TokenMerge(options["inChannels"], widths[0], patch)
        self.time_emb = FourierFeatures(cond_width)
        self.time_in_proj = Linear(cond_width, cond_width)
        self.mapping = Mapping(mapping["depth"], cond_width, mapping["dFf"], mapping["dropout"])
        self.down_levels = nn.ModuleList(Level(level, cond_width) for level in levels[:-1])
        self.up_levels = nn.ModuleList(Level(level, cond_width) for level in levels[:-1])
        self.mid_level = Level(levels[-1], cond_width)
        self.merges = nn.ModuleList(TokenMerge(fine, coarse, (2, 2)) for fine, coarse in steps)
        self.splits = nn.ModuleList(TokenSplit(coarse, fine, (2, 2)) for fine, coarse in steps)
        self.out_norm = RMSNorm(widths[0])
        self.patch_out = TokenSplit(widths[0], options["outChannels"], patch, skip=False)

    def forward(self, x, c_noise):
        """x [B, 1, H, W, in], c_noise [B] → image [B, H, W, out], None."""
        cond = self.mapping(self.time_in_proj(self.time_emb(c_noise)))
        x = self.patch_in(x[:, 0].contiguous())
        skips = []
        for level, merge in zip(self.down_levels, self.merges):
            x = level(x, cond)
            skips.append(x)
            x = merge(x)
        x = self.mid_level(x, cond)
        for level, split, skip in reversed(list(zip(self.up_levels, self.splits, skips))):
            x = level(split(x, skip), cond)
        return self.patch_out(self.out_norm(x)), None
