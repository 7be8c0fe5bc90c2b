"""Times one case in one process.

    python3 bench.py --case CASE [--runs 5] [--warmup 3] [--threads 2] [--plain] [--serve]

prints one JSON line {case, seconds, peak_rss_bytes, gemm_gflops, torch, threads, form}. With
--serve it prepares and warms the case, prints {"ready": true}, then answers each line "run" on
stdin with {"seconds": …} and "end" with that JSON line, so that a driver can alternate engines.

Allocator: start it with
    MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=268435456
    THP_MEM_ALLOC_ENABLE=1
or glibc returns every large tensor to the system and page faults take up to half of the time.
"""

import argparse
import json
import sys
import time

import torch

import configs
import convolutional
import diffusion
import network
import ops

CASES = (
    "forward:sen2_mtc_new", "forward:cuhk", "forward:sentinel", "forward:demo",
    "sample:sen2_mtc_new", "train:demo", "train:sen2_mtc_new", "forward:convolutional", "train:convolutional", "matmul",
)
ALPHA = {"sen2_mtc_new": 1.0}


def setting(name, train, device="cpu", dtype=torch.float32, side=256):
    """Returns network, process and a batch of one configuration; random numbers come from the CPU."""
    options = configs.config(name)
    batch, side = {"demo": (8, 64), "convolutional": (8, 128)}.get(name, (1, side))
    kind = convolutional.Convolutional if options.get("convolutional") else network.HDiT
    length = 3 if "temporal" in options else 1
    bands = options["outChannels"]
    generator = torch.Generator("cpu").manual_seed(1)
    draw = lambda *shape: torch.randn(*shape, generator=generator, device="cpu")
    images = lambda channels: draw(batch, length, side, side, channels).clamp_(-1, 1)
    with torch.device("cpu"):
        net = network.random_weights(kind(options)).train(train).to(device, dtype)
    data = {
        "x0": images(bands)[:, 0].contiguous(),
        "mu": images(bands),
        "condition": images(options["inChannels"] - bands),
        "noise": draw(batch, length, side, side, bands),
        "sigma": (1.4 * draw(batch) - 1.4).exp().double(),
    }
    place = lambda t: t.to(device, dtype if t.dtype == torch.float32 else t.dtype)
    data = {key: place(value) for key, value in data.items()}
    return net, diffusion.Process(alpha=ALPHA.get(name, 3.0)), data


def forward(name, **where):
    """One network evaluation."""
    net, _, data = setting(name, train=False, **where)
    x = torch.cat([data["noise"], data["condition"]], -1)
    c_noise = (data["sigma"].log() / 4).to(x.dtype)

    def run():
        with torch.inference_mode():
            return net(x, c_noise)[0]

    return run


def sample(name, steps=5, **where):
    """Euler sampling without churn, `steps` network evaluations."""
    net, process, data = setting(name, train=False, **where)
    sigmas = diffusion.karras(steps)

    def run():
        with torch.inference_mode():
            return diffusion.sample(
                net, process, data["mu"], data["condition"], data["noise"], sigmas
            )

    return run


def train(name, **where):
    """Forward, backward and AdamW."""
    net, process, data = setting(name, train=True, **where)
    adamw = diffusion.optimizer(net)
    return lambda: diffusion.train_step(net, process, adamw, data)


def matmul(size=2048):
    """Multiplies matrices of the size that defines the machine's float32 peak in this bench."""
    a, b = torch.randn(size, size), torch.randn(size, size)

    def run():
        with torch.inference_mode():
            return ops.linear(a, b)

    return run


def prepare(case, **where):
    """Returns the function of a case."""
    if case == "matmul":
        return matmul()
    kind, name = case.split(":")
    return {"forward": forward, "sample": sample, "train": train}[kind](name, **where)


def timed(run):
    """Returns the seconds of one run, whose result must be finite."""
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    if not torch.isfinite(result).all():
        raise ValueError("the result is not finite")
    return seconds


def gemm_gflops(size=2048, runs=5):
    """Returns the best rate of several products in GF/s, the current peak of the machine."""
    run = matmul(size)
    return 2 * size**3 / 1e9 / min(timed(run) for _ in range(runs))


def peak_rss_bytes():
    """Returns the peak resident memory of this process."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def say(**fields):
    """Prints one JSON line and flushes it."""
    print(json.dumps(fields), flush=True)


def main():
    """Times the case, or serves it to a driver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", required=True, choices=CASES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plain", action="store_true", help="without oneDNN's own operators")
    parser.add_argument("--serve", action="store_true", help="run at the driver's word")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    ops.set_plain(arguments.plain)
    run = prepare(arguments.case)
    for _ in range(arguments.warmup):
        timed(run)
    seconds = []
    if arguments.serve:
        say(ready=True)
        for line in sys.stdin:
            if line.strip() == "end":
                break
            if line.strip() == "run":
                seconds.append(timed(run))
                say(seconds=seconds[-1])
    else:
        seconds = [timed(run) for _ in range(arguments.runs)]
    peak = peak_rss_bytes()
    say(
        case=arguments.case, seconds=[round(value, 5) for value in seconds], peak_rss_bytes=peak,
        gemm_gflops=round(gemm_gflops(), 1), torch=torch.__version__, threads=arguments.threads,
        form="plain" if arguments.plain else "onednn",
    )


if __name__ == "__main__":
    main()
