"""Times eager PyTorch on a GPU, for comparison with `benches/gpu.ts` on the same machine.

    python3 gpu.py [--cases forward:sentinel,…] [--precisions float32,tf32,float16,bfloat16]
        [--side 256] [--product 4096] [--runs 5] [--warmup 3] [--device cuda]

prints one JSON object: the GPU, the rate of a square product, and the median and minimum seconds of
each case by precision. float32 excludes TF32, tf32 allows it; float16 and bfloat16 convert weights and
images (no training). Everything uses PyTorch's own operators; the tiles of neighborhood attention form
one batch.

`--device cpu` tests the script without a GPU. `--device meta` computes nothing, and fails if tensors
are on different devices.
"""

import argparse
import json
import statistics
import sys
import time

import torch

import bench
import ops

CASES = [
    f"{kind}:{name}" for name in ("demo", "sen2_mtc_new", "sentinel", "cuhk")
    for kind in ("forward", "sample", "train")
]
PRECISIONS = ("float32", "tf32", "float16", "bfloat16")


def set_precision(name):
    """Sets TF32 for products of float32 and returns the type of the tensors."""
    torch.backends.cuda.matmul.allow_tf32 = name == "tf32"
    torch.backends.cudnn.allow_tf32 = name == "tf32"
    return torch.float32 if name == "tf32" else getattr(torch, name)


def wait(device):
    """Waits until the GPU has finished."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def timed(run, device):
    """Returns the seconds of one run."""
    wait(device)
    start = time.perf_counter()
    run()
    wait(device)
    return time.perf_counter() - start


def product_rate(side, device, dtype, runs):
    """Returns the GF/s of a square product; several per measurement hide the call overhead."""
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    count = 8

    def several():
        for _ in range(count):
            a @ b

    several()
    return 2 * side**3 * count / 1e9 / min(timed(several, device) for _ in range(runs))


def measure(case, device, dtype, arguments):
    """Returns the seconds of a case, or the message of its error."""
    try:
        run = bench.prepare(case, device=device, dtype=dtype, side=arguments.side)
        for _ in range(arguments.warmup):
            result = run()
        finite = device.type == "meta" or bool(torch.isfinite(result).all())
        seconds = [timed(run, device) for _ in range(arguments.runs)]
        return {
            "seconds": round(statistics.median(seconds), 6), "least": round(min(seconds), 6),
            "finite": finite,
        }
    except (RuntimeError, NotImplementedError) as error:
        return {"error": str(error).splitlines()[0]}


def main():
    """Times all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--product", type=int, default=4096)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--device", default="cuda")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit("There is no GPU that PyTorch knows")
    torch.manual_seed(0)
    torch.set_default_device(device)
    ops.set_plain(True)
    ops.set_tiles_at_once(1 << 30)
    gpu = {}
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        gpu = {"name": properties.name, "cuda": torch.version.cuda,
               "processors": properties.multi_processor_count}
    result = {"torch": torch.__version__, "device": arguments.device, **gpu,
              "side": arguments.side, "product_gflops": {}, "cases": {}}
    for name in arguments.precisions.split(","):
        dtype = set_precision(name)
        rate = product_rate(arguments.product, device, dtype, arguments.runs)
        result["product_gflops"][name] = round(rate, 1)
        for case in arguments.cases.split(","):
            if case.startswith("train") and dtype != torch.float32:
                continue
            print(f"{case} {name}", file=sys.stderr)
            result["cases"].setdefault(case, {})[name] = measure(case, device, dtype, arguments)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
