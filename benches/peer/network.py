"""HDiT and temporal HDiT in PyTorch, independent of the library; docs/networks.md has the definitions.

Modules and parameters have the names of the authors' state_dict, without `diffusion_model.`, so that
the authors' weights load unchanged. The classes hold the parameters and call the operations of `ops.py`
in order. Tokens are [N, H, W, d].
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

import ops


class Linear(nn.Module):
    """x·Wᵀ without bias, W [out, in]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))

    def forward(self, x, residual=None):
        return ops.linear(x, self.weight, residual)


class RMSNorm(nn.Module):
    """x·scale/√(mean(x²) + ε)."""

    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return ops.rms_norm(x, self.scale)


class AdaRMSNorm(nn.Module):
    """RMSNorm with the scale 1 + W·cond of each sample; the only place where the noise level enters."""

    def __init__(self, width, cond_width):
        super().__init__()
        self.linear = Linear(cond_width, width)

    def forward(self, x, cond):
        return ops.rms_norm(x, self.linear(cond) + 1)


class FeedForward(nn.Module):
    """x + W_down·drop(GEGLU(W_up·AdaRMSNorm(x)))."""

    def __init__(self, width, d_ff, cond_width, dropout):
        super().__init__()
        self.norm = AdaRMSNorm(width, cond_width)
        self.up_proj = Linear(width, 2 * d_ff)
        self.down_proj = Linear(d_ff, width)
        self.dropout = dropout

    def forward(self, x, cond):
        hidden = ops.geglu(self.norm(x, cond), self.up_proj.weight)
        return self.down_proj(F.dropout(hidden, self.dropout, self.training), residual=x)


def positions(height, width):
    """Cell centres along y and x in float64: the longer side spans [−1, 1]."""
    longer = max(height, width)
    along = lambda size: (2 * torch.arange(size, dtype=torch.float64) + 1 - size) / longer
    return along(height), along(width)


class AxialRoPE(nn.Module):
    """Angles θ = [y·freqs, x·freqs] of the pairs (i, i + 2m), m = d_head/8."""

    def __init__(self, d_head, heads):
        super().__init__()
        m = d_head // 8
        # freqs[h][j] = π·10^((j·heads + h)/(heads·m))
        exponent = torch.arange(m * heads, dtype=torch.float64).view(m, heads).t() / (heads * m)
        self.register_buffer("freqs", (math.pi * 10**exponent).float())
        self._tables = {}

    def forward(self, height, width, dtype):
        """cos θ and sin θ: [heads, H·W, 2m]."""
        key = (height, width, dtype, self.freqs.data_ptr())
        if key not in self._tables:
            with torch.inference_mode(False), torch.no_grad():
                y, x = positions(height, width)
                freqs = self.freqs.double()[:, None, None, :]
                shape = (freqs.shape[0], height, width, freqs.shape[-1])
                along_y = (y[:, None, None] * freqs).expand(shape)
                along_x = (x[:, None] * freqs).expand(shape)
                theta = torch.cat([along_y, along_x], -1).flatten(1, 2)
                self._tables = {key: (theta.cos().to(dtype), theta.sin().to(dtype))}
        return self._tables[key]


class SelfAttention(nn.Module):
    """x + W_out·drop(attention of AdaRMSNorm(x)); global, or to K×K neighborhoods."""

    def __init__(self, width, d_head, cond_width, dropout, kernel):
        super().__init__()
        heads = width // d_head
        self.norm = AdaRMSNorm(width, cond_width)
        self.qkv_proj = Linear(width, 3 * width)
        self.scale = nn.Parameter(torch.full((heads,), 10.0))
        self.pos_emb = AxialRoPE(d_head, heads)
        self.out_proj = Linear(width, width)
        self.dropout = dropout
        #: K, or None for global attention.
        self.kernel = kernel

    def forward(self, x, cond):
        n, height, width, _ = x.shape
        qkv = self.qkv_proj(self.norm(x, cond)).flatten(1, 2)
        turn = self.pos_emb(height, width, x.dtype)
        q, k, v = ops.prepare(qkv, self.scale, *turn)
        if self.kernel is None:
            h = ops.global_attention(q, k, v).view(x.shape)
        else:
            q, k, v = (t.unflatten(2, (height, width)) for t in (q, k, v))
            h = ops.neighborhood_attention(q, k, v, self.kernel)
        return self.out_proj(F.dropout(h, self.dropout, self.training), residual=x)


class Layer(nn.Module):
    """Attention block, then feed-forward block."""

    def __init__(self, level, cond_width):
        super().__init__()
        width, dropout = level["width"], level["dropout"]
        kernel = level["kernelSize"] if level["attention"] == "neighborhood" else None
        self.self_attn = SelfAttention(width, level["dHead"], cond_width, dropout, kernel)
        self.ff = FeedForward(width, level["dFf"], cond_width, dropout)

    def forward(self, x, cond):
        return self.ff(self.self_attn(x, cond), cond)


class TokenMerge(nn.Module):
    """Patches to tokens: features in the order (row, column, channel), then linear."""

    def __init__(self, inputs, outputs, patch):
        super().__init__()
        self.patch = tuple(patch)
        self.proj = Linear(inputs * patch[0] * patch[1], outputs)

    def forward(self, x):
        ph, pw = self.patch
        n, height, width, e = x.shape
        patches = x.view(n, height // ph, ph, width // pw, pw, e).transpose(2, 3)
        return self.proj(patches.reshape(n, height // ph, width // pw, ph * pw * e))


class TokenSplit(nn.Module):
    """Tokens to patches; with a skip, skip + fac·(y − skip)."""

    def __init__(self, inputs, outputs, patch, skip=True):
        super().__init__()
        self.patch = tuple(patch)
        self.proj = Linear(inputs, outputs * patch[0] * patch[1])
        if skip:
            self.fac = nn.Parameter(torch.full((1,), 0.5))

    def forward(self, x, skip=None):
        ph, pw = self.patch
        n, height, width, _ = x.shape
        y = self.proj(x).view(n, height, width, ph, pw, -1).transpose(2, 3)
        if skip is not None:
            y = ops.skip_lerp(skip.view(y.shape), y, self.fac)
        return y.reshape(n, height * ph, width * pw, -1)


class FourierFeatures(nn.Module):
    """[cos f, sin f], f = 2π·c_noise·w; w is drawn once and fixed."""

    def __init__(self, width):
        super().__init__()
        self.register_buffer("weight", torch.randn(width // 2, 1))

    def forward(self, c_noise):
        f = 2 * math.pi * c_noise[:, None] * self.weight.t()
        return torch.cat([f.cos(), f.sin()], -1)


class MappingBlock(nn.Module):
    """x + W_down·drop(GEGLU(W_up·RMSNorm(x)))."""

    def __init__(self, width, d_ff, dropout):
        super().__init__()
        self.norm = RMSNorm(width)
        self.up_proj = Linear(width, 2 * d_ff)
        self.down_proj = Linear(d_ff, width)
        self.dropout = dropout

    def forward(self, x):
        hidden = ops.geglu(self.norm(x), self.up_proj.weight)
        return self.down_proj(F.dropout(hidden, self.dropout, self.training), residual=x)


class Mapping(nn.Module):
    """RMSNorm, blocks, RMSNorm: the conditioning vector of a noise level."""

    def __init__(self, depth, width, d_ff, dropout):
        super().__init__()
        self.in_norm = RMSNorm(width)
        self.blocks = nn.ModuleList(MappingBlock(width, d_ff, dropout) for _ in range(depth))
        self.out_norm = RMSNorm(width)

    def forward(self, x):
        x = self.in_norm(x)
        for block in self.blocks:
            x = block(x)
        return self.out_norm(x)


class TemporalAttention(nn.Module):
    """TFSA: per position, a learned query per head attends to the frames.

    V = AdaRMSNorm(X), K = W_k·V + b_k, a = softmax over frames of Q_g·K_g/√d_k; head g weighs the
    g-th group of V's channels. Q_g·K_g = (Q_g·W_k,g)·V + Q_g·b_k,g: with Q folded into W_k the keys
    need not be computed.
    """

    def __init__(self, width, heads, d_k, cond_width, dropout):
        super().__init__()
        self.Q = nn.Parameter(torch.randn(heads, d_k) * math.sqrt(2 / d_k))
        self.norm = AdaRMSNorm(width, cond_width)
        self.fc1_k = nn.Linear(width, heads * d_k)
        self.out_proj = Linear(width, width)
        self.dropout = dropout

    def forward(self, x, cond):
        """[B, T, h, w, d] → [B, h, w, d], masks [heads, B, T, h, w]."""
        heads, d_k = self.Q.shape
        values = self.norm(x, cond)
        weight = torch.einsum("gk,gkc->gc", self.Q, self.fc1_k.weight.view(heads, d_k, -1))
        bias = (self.Q * self.fc1_k.bias.view(heads, d_k)).sum(-1)
        logits = (ops.linear(values, weight) + bias) / math.sqrt(d_k)
        masks = logits.softmax(1)
        fused = collapse(values, masks)
        fused = self.out_proj(F.dropout(fused, self.dropout, self.training))
        return fused, masks.permute(4, 0, 1, 2, 3)


def collapse(frames, masks):
    """Σ_t a[g,t]⊙frames_t, channel group g by head g: [B,T,h,w,d], [B,T,h,w,G] → [B,h,w,d]."""
    grouped = frames.unflatten(-1, (masks.shape[-1], -1))
    out = grouped[:, 0] * masks[:, 0, ..., None]
    for t in range(1, frames.shape[1]):
        out = torch.addcmul(out, grouped[:, t], masks[:, t, ..., None])
    return out.flatten(-2)


def resize_masks(masks, height, width):
    """Masks [G, B, T, h, w] bilinearly at another size (half-pixel centres): [B, T, H, W, G]."""
    planes = masks.flatten(0, 1)
    sized = F.interpolate(planes, (height, width), mode="bilinear", align_corners=False)
    return sized.unflatten(0, masks.shape[:2]).permute(1, 2, 3, 4, 0).contiguous()


class TemporalEncoder(nn.Module):
    """TFSA followed by a feed-forward block."""

    def __init__(self, width, heads, d_k, d_ff, cond_width, dropout):
        super().__init__()
        self.attention_heads = TemporalAttention(width, heads, d_k, cond_width, dropout)
        self.ff = FeedForward(width, d_ff, cond_width, dropout)

    def forward(self, x, cond):
        fused, masks = self.attention_heads(x, cond)
        return self.ff(fused, cond), masks


class HDiT(nn.Module):
    """The mono-temporal or temporal network, depending on the options."""

    def __init__(self, options):
        super().__init__()
        levels, mapping, patch = options["levels"], options["mapping"], options["patchSize"]
        cond_width = mapping["width"]
        outer, middle = levels[:-1], levels[-1]
        layers = lambda level: nn.ModuleList(
            Layer(level, cond_width) for _ in range(level["depth"])
        )
        self.patch_in = TokenMerge(options["inChannels"], levels[0]["width"], patch)
        self.time_emb = FourierFeatures(cond_width)
        self.time_in_proj = Linear(cond_width, cond_width)
        self.mapping = Mapping(mapping["depth"], cond_width, mapping["dFf"], mapping["dropout"])
        self.down_levels = nn.ModuleList(layers(level) for level in outer)
        self.up_levels = nn.ModuleList(layers(level) for level in outer)
        self.mid_level = layers(middle)
        temporal = options.get("temporal")
        if temporal:
            self.temporal_encoder = TemporalEncoder(
                middle["width"], temporal["heads"], temporal["dK"], temporal["dFf"], cond_width,
                temporal["dropout"],
            )
        self.temporal = bool(temporal)
        widths = [level["width"] for level in levels]
        steps = list(zip(widths, widths[1:]))
        self.merges = nn.ModuleList(TokenMerge(fine, coarse, (2, 2)) for fine, coarse in steps)
        self.splits = nn.ModuleList(TokenSplit(coarse, fine, (2, 2)) for fine, coarse in steps)
        self.out_norm = RMSNorm(widths[0])
        self.patch_out = TokenSplit(widths[0], options["outChannels"], patch, skip=False)

    def forward(self, x, c_noise, frame_cond=None):
        """x [B, L, H, W, in] (L = 1 unless temporal), c_noise [B] → image [B, H, W, out], masks.

        Masks are [G, B, L, h, w], None without TFSA. `frame_cond` picks for each of the B·L frames
        whose conditioning it gets, by default its own sample's.
        """
        batch, length = x.shape[:2]
        cond = self.mapping(self.time_in_proj(self.time_emb(c_noise)))
        if frame_cond is not None:
            per_frame = cond[frame_cond]
        elif batch == 1:
            per_frame = cond
        else:
            per_frame = cond.repeat_interleave(length, 0)
        masks = None
        x = self.patch_in(x.flatten(0, 1))
        skips = []
        for layers, merge in zip(self.down_levels, self.merges):
            for layer in layers:
                x = layer(x, per_frame)
            skips.append(x)
            x = merge(x)
        for layer in self.mid_level:
            x = layer(x, per_frame)
        if self.temporal:
            x, masks = self.temporal_encoder(x.unflatten(0, (batch, length)), cond)
            skips = [
                collapse(skip.unflatten(0, (batch, length)), resize_masks(masks, *skip.shape[1:3]))
                for skip in skips
            ]
        for split, layers, skip in reversed(list(zip(self.splits, self.up_levels, skips))):
            x = split(x, skip)
            for layer in layers:
                x = layer(x, cond)
        return self.patch_out(self.out_norm(x)), masks


def load(network, tensors):
    """Loads tensors by the authors' names into a network; all must be present."""
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    if missing or unexpected:
        raise ValueError(
            f"Cannot load the weights: missing {missing[:3]}, unexpected {unexpected[:3]}"
        )
    return network


def random_weights(network, seed=0):
    """Draws every matrix from U(−1/√in, 1/√in), so that no result is trivially zero."""
    generator = torch.Generator("cpu").manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 2:
                bound = 1 / math.sqrt(parameter.shape[1])
                parameter.uniform_(-bound, bound, generator=generator)
    return network
