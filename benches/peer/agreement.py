"""Checks beyond the golden numbers: the fast paths at published widths, with any kernel and side.

    python3 agreement.py

Neighborhood attention is compared with its definition, a mask over all keys. Whole networks in float32
are compared with themselves in float64, which does not use the fast paths. A batch with different
noise levels is compared with its samples one by one.
"""

import sys

import torch

import configs
import network
import ops

RTOL = 2e-5
results = []


def check(name, found, wanted, rtol=RTOL):
    """Prints the largest difference, relative to the largest value."""
    scale = wanted.abs().max().item() or 1.0
    off = (found.double() - wanted.double()).abs().max().item() / scale
    results.append(off <= rtol)
    print(f"{'ok  ' if results[-1] else 'FAIL'} {name}: off {off:.1e}, allowed {rtol:.0e}")


def dense_neighborhood(q, k, v, kernel):
    """The definition: query (i, j) sees rows clamp(i − K/2, 0, H − K) … + K − 1, columns alike."""
    height, width = q.shape[2:4]

    def sees(size):
        first = (torch.arange(size) - kernel // 2).clamp(0, size - kernel)[:, None]
        key = torch.arange(size)
        return (key >= first) & (key < first + kernel)

    mask = sees(height)[:, None, :, None] & sees(width)[None, :, None, :]
    flat = [t.flatten(2, 3) for t in (q, k, v)]
    logits = flat[0] @ flat[1].transpose(2, 3)
    logits = logits.masked_fill(~mask.reshape(height * width, -1), -torch.inf)
    return (logits.softmax(-1) @ flat[2]).transpose(1, 2).reshape(q.shape[0], height, width, -1)


def neighborhood():
    """Compares outputs and gradients for several kernels and for sides with and without remainder of 8."""
    sizes = [(7, 7), (8, 8), (9, 13), (17, 30), (24, 16), (25, 8), (40, 33), (16, 10)]
    for height, width in sizes:
        for kernel in (1, 3, 5, 7, 13):
            if min(height, width) < kernel:
                continue
            shape = (2, 3, height, width, 16)
            q, k, v = (torch.randn(shape, dtype=torch.float64).requires_grad_() for _ in range(3))
            wanted = dense_neighborhood(q, k, v, kernel)
            found = ops.neighborhood_attention(q, k, v, kernel)
            weight = torch.randn_like(wanted)
            grads = [
                torch.cat(torch.autograd.grad(out, (q, k, v), weight)) for out in (found, wanted)
            ]
            with torch.inference_mode():
                inference = ops.neighborhood_attention(q, k, v, kernel)
            name = f"neighborhood {height}×{width} K={kernel}"
            check(name, found, wanted, 1e-12)
            check(f"{name} inference", inference, wanted, 1e-12)
            check(f"{name} gradient", *grads, 1e-12)


def whole(name, height, width, batch, length, grads):
    """Compares a network in float32 with itself in float64."""
    options = configs.config(name)
    net = network.random_weights(network.HDiT(options)).eval()
    x = torch.randn(batch, length, height, width, options["inChannels"])
    c_noise = torch.linspace(-1, 0.8, batch)
    label = f"{name} {batch}×{length}×{height}×{width}"
    with torch.inference_mode():
        found, masks = net(x, c_noise)
        if batch > 1:
            alone = torch.cat([net(x[i:i + 1], c_noise[i:i + 1])[0] for i in range(batch)])
            check(f"{label} batch against samples", found, alone)
    of = []
    for dtype in (torch.float32, torch.float64):
        net.to(dtype).zero_grad()
        if grads:
            out, _ = net(x.to(dtype), c_noise.to(dtype))
            out.square().mean().backward()
            of.append({n: p.grad.double().clone() for n, p in net.named_parameters()})
        else:
            with torch.inference_mode():
                out, wide_masks = net(x.to(dtype), c_noise.to(dtype))
        if dtype == torch.float64:
            check(f"{label} image", found, out.detach())
    if masks is not None and not grads:
        check(f"{label} masks", masks, wide_masks)
    if grads:
        check(f"{label} image as training computes it", found, out.detach())
        narrow, wide = of
        for n in wide:
            if "fc1_k.bias" not in n:
                check(f"{label} gradient of {n}", narrow[n], wide[n], 1e-4)


def main():
    """Runs all checks."""
    torch.manual_seed(0)
    neighborhood()
    whole("cuhk", 128, 96, 1, 1, grads=False)
    whole("cuhk", 56, 64, 1, 1, grads=False)
    whole("sen2_mtc_new", 128, 112, 2, 3, grads=False)
    whole("sen2_mtc_new", 112, 112, 1, 2, grads=True)
    whole("demo", 64, 64, 8, 1, grads=True)
    print(f"{sum(results)} equal, {len(results) - sum(results)} different")
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
