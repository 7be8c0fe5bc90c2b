"""The arithmetic of the networks in the fastest form found for PyTorch on a CPU.

It differs from the direct form in three ways, with the same results:

* matrix products use oneDNN, which uses AVX-512 on every processor that has it; `F.linear` and
  `torch.matmul` use MKL, which is limited to AVX2, half the speed, on processors of other vendors.
  oneDNN also applies GELU, a product or a residual while it writes the result.
* neighborhood attention runs in chunks of tiles whose logits fit in the cache.
* if gradients are needed, each operation is one `autograd.Function` with its own backward pass.

`set_plain(True)` uses the direct form instead: `F.linear` and `F.scaled_dot_product_attention`. Types
other than float32 use it too; float64 is the oracle of the golden numbers.
"""

import functools
import math

import torch
import torch.nn.functional as F

EPS = 1e-6
TILE = 8

# Otherwise convolutions try to initialize NNPACK at each call and print a warning.
torch.backends.nnpack.set_flags(False)

_ONEDNN = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
_plain = False


def set_plain(plain):
    """Selects the plain form, without oneDNN's own operators, for comparisons."""
    global _plain
    _plain = plain


def _fast(x):
    return _ONEDNN is not None and not _plain and x.is_cpu and x.dtype == torch.float32


def _wants_grad(*tensors):
    return torch.is_grad_enabled() and any(t.requires_grad for t in tensors)


class _NoContext:
    """Context of a forward pass without a backward pass; it discards saved tensors."""

    @staticmethod
    def save_for_backward(*_):
        """Keeps nothing."""


# Linear layers. oneDNN reads a dense matrix or its transpose without a copy; for a strided view it
# selects its slowest kernel.


def _product(a, b):
    """a·bᵀ, a [m, k], b [n, k]."""
    return _ONEDNN(a, b, None, "none", [], "")


def _weight_grad(grad, x):
    """gradᵀ·x: [out, in]."""
    (rows, inputs), outputs = x.shape, grad.shape[1]
    if rows < 2048:
        return _product(grad.t(), x.t())
    # Long sums are faster as the weight gradient of a 1×1 convolution over rows.
    image = lambda t: t.view(1, rows, 1, -1).permute(0, 3, 1, 2)
    weight = grad.new_empty(outputs, inputs, 1, 1)
    sides = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1, [False, True, False])
    result = torch.ops.aten.convolution_backward(image(grad), image(x), weight, None, *sides)[1]
    return result.reshape(outputs, inputs)


class _Linear(torch.autograd.Function):
    """x·Wᵀ (+ residual) of dense rows."""

    @staticmethod
    def forward(ctx, x, weight, residual):
        ctx.save_for_backward(x, weight)
        if residual is None:
            return _product(x, weight)
        return _ONEDNN.binary(x, residual, weight, None, "add")

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        need_x, need_weight, need_residual = ctx.needs_input_grad
        return (
            _product(grad, weight.t()) if need_x else None,
            _weight_grad(grad, x) if need_weight else None,
            grad if need_residual else None,
        )


def linear(x, weight, residual=None):
    """x·Wᵀ (+ residual): x [..., in], W [out, in]."""
    if not _fast(x):
        y = F.linear(x, weight)
        return y if residual is None else y + residual
    rows = x.reshape(-1, x.shape[-1])
    if residual is not None:
        residual = residual.reshape(-1, weight.shape[0])
    if _wants_grad(x, weight) or residual is not None and _wants_grad(residual):
        y = _Linear.apply(rows, weight, residual)
    elif residual is None:
        y = _product(rows, weight)
    else:
        y = _ONEDNN.binary(rows, residual, weight, None, "add")
    return y.view(*x.shape[:-1], -1)


class _Geglu(torch.autograd.Function):
    """value·GELU(gate) of u = [value, gate]."""

    @staticmethod
    def forward(ctx, u):
        value, gate = u.chunk(2, -1)
        ctx.save_for_backward(u)
        return F.gelu(gate).mul_(value)

    @staticmethod
    def backward(ctx, grad):
        value, gate = ctx.saved_tensors[0].chunk(2, -1)
        result = torch.empty_like(ctx.saved_tensors[0])
        to_value, to_gate = result.chunk(2, -1)
        torch.mul(grad, F.gelu(gate), out=to_value)
        torch.mul(torch.ops.aten.gelu_backward(grad, gate), value, out=to_gate)
        return result


def geglu(x, weight):
    """First half of x·Wᵀ times the exact GELU of the second half."""
    if _fast(x) and not _wants_grad(x, weight):
        rows = x.reshape(-1, x.shape[-1])
        value, gate = weight.chunk(2)
        gated = _ONEDNN(rows, gate, None, "gelu", [], "none")
        y = _ONEDNN.binary(rows, gated, value, None, "mul")
        return y.view(*x.shape[:-1], -1)
    u = linear(x, weight)
    if _wants_grad(u):
        return _Geglu.apply(u)
    value, gate = u.chunk(2, -1)
    return value * F.gelu(gate)


# Skips


class _SkipLerp(torch.autograd.Function):
    """skip + fac·(y − skip), y of any strides, the result dense."""

    @staticmethod
    def forward(ctx, skip, y, fac):
        difference = torch.sub(y, skip, out=torch.empty_like(skip))
        ctx.save_for_backward(difference, fac)
        return torch.addcmul(skip, difference, fac)

    @staticmethod
    def backward(ctx, grad):
        difference, fac = ctx.saved_tensors
        grad = grad.contiguous()
        y_grad = grad * fac
        fac_grad = torch.dot(grad.flatten(), difference.flatten()).view(1)
        return grad - y_grad, y_grad, fac_grad


def skip_lerp(skip, y, fac):
    """skip + fac·(y − skip) of equal shapes."""
    if _wants_grad(skip, y, fac):
        return _SkipLerp.apply(skip, y, fac)
    return torch.lerp(skip, y, fac, out=torch.empty_like(skip))


# Norms


def _inverse_rms(x):
    """1/√(mean(x²) + ε) over the last axis, kept."""
    norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return norm.square_().div_(x.shape[-1]).add_(EPS).rsqrt_()


class _RmsNorm(torch.autograd.Function):
    """x·scale/rms(x): x [N, tokens, d], scale [N or 1, 1, d]."""

    @staticmethod
    def forward(ctx, x, scale):
        inverse = _inverse_rms(x)
        ctx.save_for_backward(x, inverse, scale)
        return (x * inverse).mul_(scale)

    @staticmethod
    def backward(ctx, grad):
        # y = s·x̂, x̂ = r·x: ∂x = r·(s·g − x̂·mean(s·g·x̂)), ∂s = Σ g·x̂
        x, inverse, scale = ctx.saved_tensors
        normed = x * inverse
        product = grad * normed
        mean = (product @ scale.transpose(1, 2)).div_(x.shape[-1])
        scale_grad = product.sum(1, keepdim=True)
        if scale.shape[0] == 1:
            scale_grad = scale_grad.sum(0, keepdim=True)
        x_grad = (grad * scale).addcmul_(normed, mean, value=-1).mul_(inverse)
        return x_grad, scale_grad


def rms_norm(x, scale):
    """x·scale/√(mean(x²) + ε): x [N, ..., d], scale [d], or [N, d] for one per sample."""
    rows = x.reshape(x.shape[0], -1, x.shape[-1])
    scale = scale.view(-1, 1, x.shape[-1])
    if _wants_grad(x, scale):
        return _RmsNorm.apply(rows, scale).view(x.shape)
    return (rows * _inverse_rms(rows)).mul_(scale).view(x.shape)


# Queries, keys and values


def _rotate_(x, cos, sin):
    """Rotates the pairs (i, i + m) of the first 2m channels in place; cos and sin have m channels."""
    m = cos.shape[-1]
    a, b = x[..., :m], x[..., m:2 * m]
    turned = torch.mul(a, cos).addcmul_(b, sin, value=-1)
    b.mul_(cos).addcmul_(a, sin)
    a.copy_(turned)


def _split(qkv, heads):
    """[N, L, 3·heads·e] → q with k, v as [2, N, heads, L, e], [N, heads, L, e], views."""
    n, length, width = qkv.shape
    parts = qkv.view(n, length, 3, heads, width // heads // 3).permute(2, 0, 3, 1, 4)
    return parts[:2], parts[2]


class _Prepare(torch.autograd.Function):
    """q and k scaled to length √scale and rotated, v unchanged, all [N, heads, L, e]."""

    @staticmethod
    def forward(ctx, qkv, gain, cos, sin):
        qk, v = _split(qkv, cos.shape[0])
        inverse = torch.linalg.vector_norm(qk, dim=-1, keepdim=True)
        inverse = inverse.square_().add_(EPS).rsqrt_()
        turned = torch.empty(qk.shape, dtype=qkv.dtype)
        torch.mul(qk, inverse * gain, out=turned)
        _rotate_(turned, cos, sin)
        ctx.save_for_backward(qkv, inverse, gain, cos, sin)
        return turned[0], turned[1], v if ctx is _NoContext else v.contiguous()

    @staticmethod
    def backward(ctx, q_grad, k_grad, v_grad):
        # y = R·(gain·r·x), r = 1/√(Σx² + ε): z = Rᵀ·∂y; ∂x = gain·r·(z − r²·x·Σzx), ∂gain = Σ r·zx
        qkv, inverse, gain, cos, sin = ctx.saved_tensors
        qk, _ = _split(qkv, cos.shape[0])
        result = torch.empty_like(qkv)
        to_qk, to_v = _split(result, cos.shape[0])
        to_v.copy_(v_grad)
        z = torch.stack([q_grad, k_grad])
        _rotate_(z, cos, -sin)
        dots = (z * qk).sum(-1, keepdim=True).mul_(inverse)
        gain_grad = dots.sum((0, 1, 3)).view_as(gain)
        z.addcmul_(qk, dots.mul_(inverse), value=-1)
        torch.mul(z, inverse * gain, out=to_qk)
        return result, gain_grad, None, None


def prepare(qkv, scale, cos, sin):
    """Splits W_qkv·h into the inputs of attention: qkv [N, L, (t, head, e)], t ∈ {q, k, v} slowest.

    q and k become √scale_h·x/√(Σx² + ε) and are rotated by axial RoPE (cos, sin [heads, L, m]).
    Returns q, k, v [N, heads, L, e].
    """
    gain = scale.sqrt().view(-1, 1, 1)
    if _wants_grad(qkv, scale):
        return _Prepare.apply(qkv, gain, cos, sin)
    return _Prepare.forward(_NoContext, qkv, gain, cos, sin)


# Global attention


def _attend_blocks(q, k, v):
    """softmax(q·kᵀ)·v of [G, L, e], blocks of queries in turn so that logits stay in the cache."""
    groups, length, _ = q.shape
    out = torch.empty_like(q)
    rows = max(64, min(length, 2**20 // length))
    for g in range(groups):
        values = v[g].t()
        for i in range(0, length, rows):
            logits = _product(q[g, i:i + rows], k[g])
            torch.softmax(logits, -1, out=logits)
            out[g, i:i + rows] = _product(logits, values)
    return out


class _Attention(torch.autograd.Function):
    """softmax(q·kᵀ)·v of [G, L, e]; keeps the weights for the backward pass."""

    @staticmethod
    def forward(ctx, q, k, v):
        logits = torch.bmm(q, k.transpose(1, 2))
        weights = torch.softmax(logits, -1, out=logits)
        ctx.save_for_backward(q, k, v, weights)
        return torch.bmm(weights, v)

    @staticmethod
    def backward(ctx, grad):
        q, k, v, weights = ctx.saved_tensors
        weights_grad = torch.bmm(grad, v.transpose(1, 2))
        logits_grad = torch._softmax_backward_data(weights_grad, weights, -1, weights.dtype)
        return (
            torch.bmm(logits_grad, k),
            torch.bmm(logits_grad.transpose(1, 2), q),
            torch.bmm(weights.transpose(1, 2), grad),
        )


#: Multiply-adds of q·kᵀ from which one call of oneDNN per head beats one batched call of MKL.
_HEAD_BY_HEAD = 2**24


def global_attention(q, k, v):
    """softmax(q·kᵀ)·v, no 1/√e: [N, heads, L, e] → [N, L, heads·e]."""
    n, heads, length, width = q.shape
    large = length**2 * width >= _HEAD_BY_HEAD
    wants_grad = _wants_grad(q, k, v)
    if not _fast(q) or large and wants_grad:
        out = F.scaled_dot_product_attention(q, k, v, scale=1.0)
    else:
        flat = [t.contiguous().view(n * heads, length, width) for t in (q, k, v)]
        if wants_grad:
            out = _Attention.apply(*flat)
        else:
            out = _attend_blocks(*flat) if large else _Attention.forward(_NoContext, *flat)
    return out.view(n, heads, length, width).transpose(1, 2).reshape(n, length, heads * width)


# Neighborhood attention


class Axis:
    """Tiles of queries along one axis of `size` tokens, each with one window of keys.

    Query i sees the keys c … c + K − 1, c = clamp(i − ⌊K/2⌋, 0, size − K): at borders the window
    moves inward. Where the tile does not divide the axis, the last tile moves inward as well and
    repeats queries of the tile before it.
    """

    def __init__(self, size, kernel):
        if size < kernel:
            raise ValueError(
                f"Cannot attend to a neighborhood: a side must have ≥ {kernel} tokens, got {size}"
            )
        self.tile = min(TILE, size)
        self.window = min(self.tile + kernel - 1, size)
        count = -(-size // self.tile)
        self.queries = tuple(min(b * self.tile, size - self.tile) for b in range(count))
        self.keys = tuple(
            max(0, min(q - kernel // 2, size - self.window)) for q in self.queries
        )
        # Always on the CPU, because these values are computed only once.
        with torch.device("cpu"):
            query = torch.tensor(self.queries)[:, None, None] + torch.arange(self.tile)[:, None]
            key = torch.tensor(self.keys)[:, None, None] + torch.arange(self.window)
        first = (query - kernel // 2).clamp(0, size - kernel)
        #: Whether query q of tile b sees key k of its window: [tiles, tile, window].
        self.sees = (key >= first) & (key < first + kernel)
        #: The first tile with the same `sees`, for each tile.
        self.kinds = tuple(
            next(a for a in range(count) if torch.equal(self.sees[a], seen)) for seen in self.sees
        )
        #: Queries of the last tile that the previous tile also has.
        self.repeated = count * self.tile - size


@functools.lru_cache(maxsize=64)
def _axis(size, kernel):
    return Axis(size, kernel)


@functools.lru_cache(maxsize=64)
def _mask(rows, columns, kinds, dtype):
    """0 where a query sees a key, −∞ elsewhere: [tile rows, tile columns, 1, queries, keys]."""
    y = rows.sees[list(kinds), None, :, None, :, None]
    x = columns.sees[None, :, None, :, None, :]
    sees = (y & x).flatten(4, 5).flatten(2, 3).unsqueeze(2)
    mask = torch.zeros(sees.shape, dtype=dtype, device="cpu").masked_fill_(~sees, -math.inf)
    return mask.to(torch.get_default_device())


@functools.lru_cache(maxsize=256)
def _runs(starts):
    """Starts as arithmetic runs: (index of the first, count, first start, step)."""
    runs, i = [], 0
    while i < len(starts):
        j = i + 1
        step = starts[j] - starts[i] if j < len(starts) else 0
        while j < len(starts) and starts[j] - starts[j - 1] == step:
            j += 1
        runs.append((i, j - i, starts[i], step))
        i = j
    return runs


class _Blocks:
    """Blocks height × width of images [N, heads, H, W, e] that start at rows × columns.

    As a tensor they are [N·rows·columns·heads, height·width, e].
    """

    def __init__(self, rows, columns, height, width):
        self.rows, self.columns, self.height, self.width = rows, columns, height, width

    def _unfold(self, blocks, heads):
        """[N, rows, columns, heads, height, width, e] of blocks."""
        grid = (len(self.rows), len(self.columns), heads)
        return blocks.view(-1, *grid, self.height, self.width, blocks.shape[-1])

    def _views(self, images):
        """Pairs (index among the unfolded blocks, view of the images), one for each pair of runs."""
        n, heads, _, _, e = images.shape
        by_n, by_head, by_y, by_x, by_e = images.stride()
        for y0, ny, top, dy in _runs(self.rows):
            for x0, nx, left, dx in _runs(self.columns):
                yield (slice(None), slice(y0, y0 + ny), slice(x0, x0 + nx)), images.as_strided(
                    (n, ny, nx, heads, self.height, self.width, e),
                    (by_n, dy * by_y, dx * by_x, by_head, by_y, by_x, by_e),
                    images.storage_offset() + top * by_y + left * by_x,
                )

    def gather(self, images):
        """Returns a copy of the blocks."""
        n, heads, _, _, e = images.shape
        count = n * len(self.rows) * len(self.columns) * heads
        blocks = images.new_empty(count, self.height * self.width, e)
        unfolded = self._unfold(blocks, heads)
        for place, view in self._views(images):
            unfolded[place].copy_(view)
        return blocks

    def scatter(self, blocks, images):
        """Writes blocks back; overlapping blocks must be equal."""
        unfolded = self._unfold(blocks, images.shape[1])
        for place, view in self._views(images):
            view.copy_(unfolded[place])

    def scatter_add(self, blocks, images):
        """Adds blocks to the images, in rounds of blocks that do not overlap."""
        unfolded = self._unfold(blocks, images.shape[1])
        for place, view in self._views(images):
            some = unfolded[place]
            y_turns = _turns(view.shape[1], view.stride(1) // images.stride(2), self.height)
            x_turns = _turns(view.shape[2], view.stride(2) // images.stride(3), self.width)
            for y in range(y_turns):
                for x in range(x_turns):
                    view[:, y::y_turns, x::x_turns].add_(some[:, y::y_turns, x::x_turns])


def _turns(count, step, size):
    """Returns the smallest m such that every m-th of `count` blocks, `step` apart, do not overlap."""
    return min(count, -(-size // max(step, 1)))


#: Query tiles × heads whose logits are computed at once; 64 of them are 3 MiB.
_TILES_AT_ONCE = 64


def set_tiles_at_once(count):
    """Sets the tiles per chunk: all on a GPU, as many as fit in the cache on a CPU."""
    global _TILES_AT_ONCE
    _TILES_AT_ONCE = count


def _chunks(n, heads, rows, columns):
    """Slices of images, blocks of queries, blocks of keys and kinds of tile rows."""
    count = len(rows.queries)
    per_row = len(columns.queries) * heads
    tile_rows = max(1, min(count, _TILES_AT_ONCE // per_row))
    images = max(1, _TILES_AT_ONCE // (per_row * count)) if tile_rows == count else 1
    for first in range(0, n, images):
        for top in range(0, count, tile_rows):
            part = slice(top, top + tile_rows)
            yield (
                slice(first, first + images),
                _Blocks(rows.queries[part], columns.queries, rows.tile, columns.tile),
                _Blocks(rows.keys[part], columns.keys, rows.window, columns.window),
                rows.kinds[part],
            )


class _Neighborhood(torch.autograd.Function):
    """Attention of q, k, v [N, heads, H, W, e] to K×K neighborhoods: [N, H, W, heads, e]."""

    @staticmethod
    def forward(ctx, q, k, v, kernel):
        n, heads, height, width, e = q.shape
        rows, columns = _axis(height, kernel), _axis(width, kernel)
        out = q.new_empty(n, height, width, heads, e)
        images_out = out.permute(0, 3, 1, 2, 4)
        kept = []
        for images, queries, keys, kinds in _chunks(n, heads, rows, columns):
            logits = torch.bmm(queries.gather(q[images]), keys.gather(k[images]).transpose(1, 2))
            mask = _mask(rows, columns, kinds, q.dtype)
            logits.view(-1, *mask.shape[:2], heads, *logits.shape[1:]).add_(mask)
            weights = torch.softmax(logits, -1, out=logits)
            queries.scatter(torch.bmm(weights, keys.gather(v[images])), images_out[images])
            if ctx is not _NoContext:
                kept.append(weights)
        if ctx is not _NoContext:
            ctx.save_for_backward(q, k, v, *kept)
            ctx.kernel = kernel
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v, *kept = ctx.saved_tensors
        n, heads, height, width, _ = q.shape
        rows, columns = _axis(height, ctx.kernel), _axis(width, ctx.kernel)
        grad = grad.permute(0, 3, 1, 2, 4)
        q_grad, k_grad, v_grad = (torch.zeros_like(t) for t in (q, k, v))
        for chunk, weights in zip(_chunks(n, heads, rows, columns), kept):
            images, queries, keys, _ = chunk
            out_grad = queries.gather(grad[images])
            _clear_repeated(queries, queries._unfold(out_grad, heads), rows, columns)
            keys.scatter_add(torch.bmm(weights.transpose(1, 2), out_grad), v_grad[images])
            weights_grad = torch.bmm(out_grad, keys.gather(v[images]).transpose(1, 2))
            logits_grad = torch._softmax_backward_data(weights_grad, weights, -1, weights.dtype)
            queries.scatter_add(torch.bmm(logits_grad, keys.gather(k[images])), q_grad[images])
            by_keys = torch.bmm(logits_grad.transpose(1, 2), queries.gather(q[images]))
            keys.scatter_add(by_keys, k_grad[images])
        return q_grad, k_grad, v_grad, None


def _clear_repeated(queries, unfolded, rows, columns):
    """Zeroes the gradients of queries that the previous tile already has."""
    if rows.repeated and queries.rows[-1] == rows.queries[-1]:
        unfolded[:, -1, :, :, :rows.repeated] = 0
    if columns.repeated:
        unfolded[:, :, -1, :, :, :columns.repeated] = 0


def neighborhood_attention(q, k, v, kernel):
    """softmax(q·k over the K×K neighborhood)·v: [N, heads, H, W, e] → [N, H, W, heads·e]."""
    if _wants_grad(q, k, v):
        out = _Neighborhood.apply(q, k, v, kernel)
    else:
        out = _Neighborhood.forward(_NoContext, q, k, v, kernel)
    return out.flatten(3)
