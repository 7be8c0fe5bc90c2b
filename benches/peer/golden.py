"""Compares this implementation with the golden numbers of the reference, tensor by tensor.

    python3 golden.py [--golden DIR] [--plain]

Tolerances are the manifest's `atol`; `@f64` tensors are compared in float64 at 1e-10. Outputs are
computed twice, in inference mode and in training mode, which use different code.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch

import diffusion
import network as net
import ops
import safetensors_io
from configs import from_reference

HERE = Path(__file__).resolve().parent
FOLDERS = [HERE / "../../../shared/golden", HERE / "../../tests/testdata/golden"]
F64_ATOL = 1e-10
SCALAR_RTOL = 1e-4
ABSENT = "not in this folder"

SKIPPED = {
    "pad": "padded frames are not ours",
    "posenc": "positional encoding of dates is in no published configuration",
    "swin": "shifted windows are in no published configuration",
    "agg_mean": "only aggregation by group is published",
    "agg_att_mean": "only aggregation by group is published",
    "fc1_k.bias": "its true gradient is 0, the stored one is rounding",
}


class Report:
    """Counts equal, different and skipped tensors and prints one line per tensor."""

    def __init__(self, folder):
        self.folder = folder
        self.files = json.loads((folder / "manifest.json").read_text())["files"]
        self.equal = self.different = self.skipped = 0

    def open(self, name):
        """Selects a file: its tensors and hyper-parameters."""
        self.name = name
        self.checks = self.files[name].get("checks", {})
        self.tensors = safetensors_io.load(self.folder / f"{name}.safetensors")
        return self.tensors, self.files[name]["hyper"]

    def has(self, *names):
        """Returns true if the open file has the tensors; otherwise prints the first missing one."""
        missing = [name for name in names if name not in self.tensors]
        for name in missing[:1]:
            self.skip(name, ABSENT)
        return not missing

    def check(self, tensor, found, form=""):
        """Compares a computed tensor with the stored tensor of that name."""
        reason = next((why for part, why in SKIPPED.items() if part in tensor), None)
        if reason:
            return self.skip(tensor, reason)
        if tensor not in self.tensors:
            return self.skip(tensor, ABSENT)
        wanted = self.tensors[tensor]
        check = self.checks.get(tensor, {})
        if tensor.endswith("@f64"):
            atol = F64_ATOL
        else:
            atol = check.get("atol", 0.0 if "rtol" in check else 1e-5)
        if wanted.numel() == 1 and "grad" in tensor and found.dtype == torch.float32:
            # The atol of a single value is ten times one rounding error, which may be small by chance.
            atol = max(atol, SCALAR_RTOL * wanted.abs().item())
        limit = atol + check.get("rtol", 0.0) * wanted.double().abs()
        found = found.detach()
        if found.shape != wanted.shape:
            worst, fine = math.inf, False
        else:
            off = (found.double() - wanted.double()).abs()
            worst, fine = off.max().item(), bool((off <= limit).all())
        self.equal += fine
        self.different += not fine
        mark = "ok  " if fine else "FAIL"
        label = f"{self.name}/{tensor}" + (f" ({form})" if form else "")
        print(f"{mark} {label}: off {worst:.1e}, allowed {limit.max().item():.1e}")

    def skip(self, tensor, reason):
        """Reports a tensor that is not compared, with the reason."""
        self.skipped += 1
        print(f"skip {self.name}/{tensor}: {reason}")


def under(tensors, prefix):
    """Returns the tensors whose names start with the prefix, with the prefix removed."""
    return {name[len(prefix):]: t for name, t in tensors.items() if name.startswith(prefix)}


def module_case(report, case, module, inputs, call=None, outputs=("out",), rename=""):
    """Compares a single module: outputs of both modes, gradients of Σ out·R."""
    if not report.has(*(f"{case}.{name}" for name in inputs)):
        return
    own = under(report.tensors, f"{case}.")
    module.load_state_dict(under(own, f"w.{rename}"))
    call = call or (lambda *values: (module(*values),))
    with torch.inference_mode():
        for name, value in zip(outputs, call(*(own[name] for name in inputs))):
            report.check(f"{case}.{name}", value)
    values = [own[name].clone().requires_grad_() for name in inputs]
    results = call(*values)
    weights = [own.get(name.replace("out", "R")) for name in outputs]
    if any(weight is None for weight in weights):
        return
    for name, value in zip(outputs, results):
        report.check(f"{case}.{name}", value, "training form")
    sum((value * weight).sum() for value, weight in zip(results, weights)).backward()
    for name, parameter in module.named_parameters():
        if f"grad.{rename}{name}" in own:
            grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            report.check(f"{case}.grad.{rename}{name}", grad)
    for name, value in zip(inputs, values):
        if f"grad_in.{name}" in own:
            report.check(f"{case}.grad_in.{name}", value.grad)


def blocks_basic(report):
    """Features, mapping, norms, feed-forward, merge and split."""
    tensors, _ = report.open("blocks_basic")
    module_case(report, "fourier", net.FourierFeatures(64), ["c_noise"],
                lambda c: (_fourier(tensors, c),))
    module_case(report, "mapping", net.Mapping(2, 64, 128, 0.0), ["x"])
    module_case(report, "rmsnorm", net.RMSNorm(48), ["x"])
    module_case(report, "adarmsnorm", net.AdaRMSNorm(48, 64), ["x", "cond"])
    geglu = net.Linear(48, 192)
    module_case(report, "geglu", geglu, ["x"], lambda x: (ops.geglu(x, geglu.weight),))
    module_case(report, "ff", net.FeedForward(48, 96, 64, 0.0), ["x", "cond"])
    module_case(report, "merge2", net.TokenMerge(32, 48, (2, 2)), ["x"])
    module_case(report, "merge4", net.TokenMerge(7, 32, (4, 4)), ["x"])
    module_case(report, "split_noskip4", net.TokenSplit(32, 3, (4, 4), skip=False), ["x"])
    module_case(report, "split_skip2", net.TokenSplit(48, 32, (2, 2)), ["x", "skip"])
    for name in ("posenc.out", "merge_pad.out"):
        report.check(name, None)


def _fourier(tensors, c_noise):
    features = net.FourierFeatures(64)
    features.load_state_dict(under(tensors, "fourier.w."))
    return features(c_noise[:, 0])


def blocks_rope(report):
    """Positions, frequencies, angles and rotation."""
    tensors, _ = report.open("blocks_rope")
    for name in (name for name in tensors if name.startswith("pos_")):
        size = name.removeprefix("pos_").removesuffix("_down")
        height, width = map(int, size.split("x"))
        if name.endswith("_down"):
            height, width = height // 2, width // 2
        y, x = net.positions(height, width)
        report.check(name, torch.stack([y[:, None].expand(-1, width), x.expand(height, -1)], -1))
    for d_head, heads in ((16, 3), (64, 2)):
        case = f"d{d_head}_h{heads}"
        if not report.has(f"theta_{case}_6x4", f"rot_in_{case}"):
            continue
        rope = net.AxialRoPE(d_head, heads)
        report.check(f"freqs_{case}", rope.freqs)
        cos, sin = rope(6, 4, torch.float64)
        theta = tensors[f"theta_{case}_6x4"].transpose(0, 1)
        whole_turns = ((theta.double() - torch.atan2(sin, cos)) / math.tau).round() * math.tau
        angle = torch.atan2(sin, cos) + whole_turns
        report.check(f"theta_{case}_6x4", angle.transpose(0, 1))
        for name, sign in (("rot_out", 1), ("rot_conj", -1)):
            turned = tensors[f"rot_in_{case}"].clone()
            ops._rotate_(turned, theta.cos(), sign * theta.sin())
            report.check(f"{name}_{case}", turned)
    report.check("freqs_d64_h12", net.AxialRoPE(64, 12).freqs)
    if not report.has("cs_q", "cs_k", "cs_scale"):
        return
    q, k = tensors["cs_q"], tensors["cs_k"]
    qkv = torch.stack([q, k, k]).permute(1, 3, 0, 2, 4).flatten(2)
    still = torch.ones(3, 24, 4), torch.zeros(3, 24, 4)
    q_out, k_out, _ = ops.prepare(qkv, tensors["cs_scale"].flatten(), *still)
    report.check("cs_q_out", q_out)
    report.check("cs_k_out", k_out)


def blocks_attn(report):
    """Compares attention blocks, whole layers and neighborhood attention."""
    tensors, _ = report.open("blocks_attn")
    cases = sorted({name.split(".")[0] for name in tensors})
    for case in cases:
        if case.startswith("swin"):
            report.check(f"{case}.out", None)
            continue
        if case == "na_raw":
            q, k, v = (tensors[f"na_raw.{t}"].permute(0, 3, 1, 2, 4) for t in "qkv")
            out = ops.neighborhood_attention(q, k, v, 7)
            report.check("na_raw.out", out.view_as(tensors["na_raw.q"]))
            continue
        attn = "self_attn." if case.startswith("layer") else ""
        heads, m = tensors[f"{case}.w.m.{attn}pos_emb.freqs"].shape
        width = tensors[f"{case}.x"].shape[-1]
        kernel = None if "global" in case else 3 if case.startswith("na3") else 7
        if attn:
            level = {
                "width": width, "dHead": 8 * m, "dropout": 0.0, "kernelSize": kernel,
                "dFf": tensors[f"{case}.w.m.ff.down_proj.weight"].shape[1],
                "attention": "neighborhood" if kernel else "global",
            }
            module = net.Layer(level, 64)
        else:
            module = net.SelfAttention(width, 8 * m, 64, 0.0, kernel)
        module_case(report, case, module, ["x", "cond"], rename="m.")


def blocks_temporal(report):
    """TFSA and the fusion of skips."""
    tensors, hyper = report.open("blocks_temporal")
    for case in ("ltae_L1", "ltae_L2", "ltae_L3"):
        sizes = hyper["d_model"], hyper["n_heads"], hyper["d_k"]
        encoder = net.TemporalEncoder(*sizes, d_ff=128, cond_width=64, dropout=0.0)

        def call(x, cond, encoder=encoder):
            out, masks = encoder(x.permute(0, 1, 3, 4, 2), cond)
            return out.permute(0, 3, 1, 2), masks

        module_case(report, case, encoder, ["x", "cond"], call, ("out0", "out1"))
    for name in ("ltae_pad.out0", "ltae_posenc.out0"):
        report.check(name, None)
    for size in ("12x8", "24x16"):
        masks = tensors["agg.attn"].clone().requires_grad_()
        x = tensors[f"agg.x_{size}"].clone().requires_grad_()
        sized = net.resize_masks(masks, *x.shape[-2:])
        out = net.collapse(x.permute(0, 1, 3, 4, 2), sized).permute(0, 3, 1, 2)
        report.check(f"agg_att_group_{size}", out)
        if f"agg_att_group_{size}.R" in tensors:
            (out * tensors[f"agg_att_group_{size}.R"]).sum().backward()
            report.check(f"agg_att_group_{size}.grad_x", x.grad)
            report.check(f"agg_att_group_{size}.grad_attn", masks.grad)
    for name in tensors:
        if name.startswith("agg") and ("mean" in name or "pad" in name):
            report.check(name, None)


def build(report, weights, hyper):
    """Builds the tiny network from a weight file, or from weights in the open file."""
    if weights:
        config = report.files[weights]["hyper"]["config"]
        tensors = safetensors_io.load(report.folder / f"{weights}.safetensors")
    else:
        config, tensors = hyper["config"], under(report.tensors, "w.")
    return net.load(net.HDiT(from_reference(config)), tensors)


def frames(x):
    """[B, C, H, W] or [B, L, C, H, W] → [B, L, H, W, C]."""
    return (x if x.ndim == 5 else x[:, None]).movedim(2, -1)


def still(x):
    """[B, H, W, C] → [B, C, H, W]."""
    return x.movedim(-1, 1)


def parameter_grads(report, network, prefix, form=""):
    """Compares the gradients of all stored parameters."""
    for name, parameter in network.named_parameters():
        if f"{prefix}{name}" in report.tensors:
            report.check(f"{prefix}{name}", parameter.grad, form)


def net_mono(report, name):
    """Compares the mono-temporal network."""
    tensors, hyper = report.open(name)
    network = build(report, hyper["weights"], hyper)
    with torch.inference_mode():
        for i in range(3):
            report.check(f"out{i}", still(network(frames(tensors[f"x{i}"]), tensors[f"t{i}"])[0]))
    for form, to in (("training form", torch.float32), ("float64", torch.float64)):
        network.to(to).zero_grad()
        x = tensors["x1"].to(to, copy=True).requires_grad_()
        out = still(network(frames(x), tensors["t1"].to(to))[0])
        report.check("out1", out, form)
        (out * tensors["R"]).sum().backward()
        parameter_grads(report, network, "grad.", form)
        report.check("grad_in", x.grad, form)
    with torch.inference_mode():
        for i in range(3):
            x, t = frames(tensors[f"x{i}"]).double(), tensors[f"t{i}"].double()
            report.check(f"out{i}@f64", still(network(x, t)[0]))


def net_temporal(report):
    """Compares the temporal network; only L3b2 uses the reference's order of conditioning."""
    tensors, hyper = report.open("net_temporal")
    network = build(report, hyper["weights"], hyper)
    crossed = torch.arange(6) % 2
    for case in ("L1", "L2", "L3", "L3b2", "L3b2same"):
        if not report.has(f"{case}.x"):
            continue
        options = {"frame_cond": crossed} if case == "L3b2" else {}
        own = under(tensors, f"{case}.")
        with torch.inference_mode():
            out, masks = network(frames(own["x"]), own["t"], **options)
            report.check(f"{case}.out", still(out))
            report.check(f"{case}.attn", masks)
        network.double()
        with torch.inference_mode():
            out, _ = network(frames(own["x"]).double(), own["t"].double(), **options)
            report.check(f"{case}.out@f64", still(out))
        network.float()
        grads = {"L3": "grad.", "L3b2": "gradb2."}.get(case)
        if grads and report.has(f"{grads}R"):
            network.zero_grad()
            x = own["x"].clone().requires_grad_()
            out = still(network(frames(x), own["t"], **options)[0])
            report.check(f"{case}.out", out, "training form")
            (out * tensors[f"{grads}R"]).sum().backward()
            parameter_grads(report, network, grads)
            report.check(f"{grads}IN", x.grad)


def process_of(hyper):
    """Returns the forward process of a file's hyper-parameters."""
    names = ("alpha", "sigma_data", "sigma_mu", "sigma_cov")
    return diffusion.Process(**{name: hyper[name] for name in names if name in hyper})


def sampler(report, name):
    """Compares all states and denoised images of a sampling run with the stored noise."""
    tensors, hyper = report.open(name)
    network = build(report, hyper["weights"], hyper)
    squeeze = (lambda x: x[:, 0]) if hyper["L"] is None else (lambda x: x)
    states = []

    def trace(x, denoised):
        states.append((squeeze(x.movedim(-1, 2)), denoised))

    draws = iter(range(hyper["noise_draws"]))
    churn = {key: hyper[key] for key in ("s_churn", "s_tmin", "s_tmax", "s_noise") if key in hyper}
    sigmas = diffusion.karras(
        hyper["num_steps"], hyper["sigma_min"], hyper["sigma_max"], hyper["rho"]
    )
    report.checks.setdefault("sigmas", {"rtol": 1e-5, "atol": 0.0})
    report.check("sigmas", sigmas)
    with torch.inference_mode():
        final = diffusion.sample(
            network, process_of(hyper), frames(tensors["mu"]), frames(tensors["cond"]),
            frames(tensors["init_noise"]), sigmas, trace=trace,
            draw=lambda: frames(tensors[f"eps{next(draws)}"]), **churn,
        )
    for i, (x, denoised) in enumerate(states):
        report.check(f"x{i}", x)
        if denoised is not None:
            report.check(f"denoised{i - 1}", still(denoised))
    if "final" in tensors:
        report.check("final", still(final))


def loss(report, name):
    """Compares noised images, denoised images, the loss and its gradients."""
    tensors, hyper = report.open(name)
    network = build(report, hyper["weights"], hyper)
    process = process_of(hyper)
    sigma = tensors["sigma"].double()
    x0 = tensors["x0"].movedim(1, -1)
    mu, condition, noise = (frames(tensors[t]) for t in ("mu", "cond", "noise"))
    noised = process.noised(x0, mu, noise, sigma)
    report.check("noised", noised.movedim(-1, 2).view_as(tensors["noised"]))
    with torch.inference_mode():
        report.check("D", still(diffusion.denoise(network, process, noised, sigma, condition)))
    report.check("weight", process.coefficients(sigma, mu.shape[1])[-1])
    losses = diffusion.loss(network, process, x0, mu, condition, noise, sigma)
    report.check("loss", losses)
    report.check("loss_mean", losses.mean().view(1))
    losses.mean().backward()
    parameter_grads(report, network, "grad.")


def train_trace(report):
    """Compares eight training steps with AdamW and EMA."""
    tensors, hyper = report.open("train_trace_mono")
    network = build(report, hyper["weights"], hyper)
    process = diffusion.Process(alpha=hyper["alpha"])
    adamw = diffusion.optimizer(network, hyper["lr"])
    ema = diffusion.Ema(network, hyper["ema_decay"])
    losses = []
    for sigma, noise in zip(tensors["sigma"].double(), tensors["noise"]):
        batch = {
            "x0": tensors["x0"].movedim(1, -1), "mu": frames(tensors["mu"]),
            "condition": frames(tensors["cond"]), "noise": frames(noise), "sigma": sigma,
        }
        losses.append(diffusion.train_step(network, process, adamw, batch))
        ema.update(network)
    report.check("loss", torch.stack(losses))
    report.checks["loss_f64"] = report.checks["loss"]
    report.check("loss_f64", torch.stack(losses))
    for name, parameter in network.named_parameters():
        if f"final.{name}" in tensors:
            report.check(f"final.{name}", parameter)
            report.check(f"ema.{name}", ema.shadow[name])


FILES = {
    "blocks_basic": blocks_basic,
    "blocks_rope": blocks_rope,
    "blocks_attn": blocks_attn,
    "blocks_temporal": blocks_temporal,
    "net_mono": lambda report: net_mono(report, "net_mono"),
    "net_mono_patch1": lambda report: net_mono(report, "net_mono_patch1"),
    "net_temporal": net_temporal,
    "sampler_mono_euler": lambda report: sampler(report, "sampler_mono_euler"),
    "sampler_mono_churn": lambda report: sampler(report, "sampler_mono_churn"),
    "sampler_temporal_euler": lambda report: sampler(report, "sampler_temporal_euler"),
    "sampler_temporal_churn": lambda report: sampler(report, "sampler_temporal_churn"),
    "loss_mono": lambda report: loss(report, "loss_mono"),
    "loss_temporal": lambda report: loss(report, "loss_temporal"),
    "train_trace_mono": train_trace,
}


def main():
    """Compares all files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", type=Path, help="folder of the golden numbers")
    parser.add_argument("--plain", action="store_true", help="without oneDNN's own operators")
    arguments = parser.parse_args()
    folder = arguments.golden or next((f for f in FOLDERS if f.is_dir()), None)
    if folder is None:
        parser.error("Cannot find the golden numbers: name their folder with --golden")
    ops.set_plain(arguments.plain)
    report = Report(folder)
    runs = {name: run for name, run in FILES.items() if name in report.files}
    for name in sorted(FILES.keys() - runs.keys()):
        report.name = name
        report.skip("*", ABSENT)
    for run in runs.values():
        run(report)
    report.name = "sampler_mono_heun"
    report.skip("*", "its corrector uses the state before the step")
    print(f"{report.equal} equal, {report.different} different, {report.skipped} skipped")
    sys.exit(report.different > 0)


if __name__ == "__main__":
    main()
