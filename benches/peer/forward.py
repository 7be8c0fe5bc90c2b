"""The oracle: one evaluation of the network on any input.

    python3 forward.py --config sen2_mtc_new|cuhk|sentinel|demo|convolutional|FILE.json \\
        --weights W.safetensors --input X.safetensors --out Y.safetensors [--float64]

The input holds x [B, L, H, W, C] and c_noise [B], float32; the output image [B, H, W, C] and, of a
temporal network, masks [G, B, L, h, w]. Weights have the authors' names; matrices are [out, in]. A
JSON file gives the sizes in the key names of our network options or of the reference's.
"""

import argparse

import torch

import configs
import convolutional
import network
import ops
import safetensors_io


def main():
    """Reads the input, evaluates the network and writes the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "weights", "input", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--float64", action="store_true", help="compute in float64")
    parser.add_argument("--plain", action="store_true", help="without oneDNN's own operators")
    arguments = parser.parse_args()
    ops.set_plain(arguments.plain)
    weights = safetensors_io.load(arguments.weights)
    options = configs.with_channels(configs.config(arguments.config), weights)
    kind = convolutional.Convolutional if options.get("convolutional") else network.HDiT
    net = network.load(kind(options).eval(), weights)
    given = safetensors_io.load(arguments.input)
    dtype = torch.float64 if arguments.float64 else torch.float32
    net.to(dtype)
    with torch.inference_mode():
        image, masks = net(given["x"].to(dtype), given["c_noise"].to(dtype))
    found = {"image": image} if masks is None else {"image": image, "masks": masks}
    safetensors_io.save(arguments.out, {name: t.float() for name, t in found.items()})


if __name__ == "__main__":
    main()
