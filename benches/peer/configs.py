"""Sizes of the networks, in the key names of our network options.

docs/networks.md lists them under "Published configurations".
"""

import json
from pathlib import Path

MAPPING = {"depth": 2, "width": 768, "dFf": 1536, "dropout": 0.1}
LEVEL = {"kernelSize": 7, "dHead": 64, "dropout": 0.0}


def level(width, depth, d_ff, attention, **rest):
    """One level of the hourglass."""
    return {**LEVEL, "width": width, "depth": depth, "dFf": d_ff, "attention": attention, **rest}


def hdit(in_channels, out_channels):
    """The mono-temporal topology of sentinel and cuhk."""
    return {
        "inChannels": in_channels,
        "outChannels": out_channels,
        "patchSize": [1, 1],
        "levels": [
            level(128, 2, 256, "neighborhood"),
            level(256, 2, 512, "neighborhood"),
            level(384, 2, 768, "global"),
            level(768, 2, 1536, "global", dropout=0.1),
        ],
        "mapping": MAPPING,
    }


CONFIGS = {
    # The temporal network
    "sen2_mtc_new": {
        "inChannels": 7,
        "outChannels": 3,
        "patchSize": [4, 4],
        "levels": [
            level(256, 2, 512, "neighborhood"),
            level(512, 2, 1024, "neighborhood"),
            level(768, 16, 1536, "global"),
        ],
        "mapping": MAPPING,
        "temporal": {"heads": 16, "dK": 48, "dFf": 1536, "dropout": 0.0},
    },
    "cuhk": hdit(8, 4),
    "sentinel": hdit(28, 13),
    # 1.31 M parameters: small enough to train on a laptop
    "demo": {
        "inChannels": 8,
        "outChannels": 4,
        "patchSize": [4, 4],
        "levels": [level(64, 2, 128, "neighborhood"), level(128, 4, 256, "global")],
        "mapping": {"depth": 2, "width": 128, "dFf": 256, "dropout": 0.1},
    },
    # The convolutional network of the shipped models
    "convolutional": {
        "inChannels": 56,
        "outChannels": 13,
        "patchSize": [2, 2],
        "levels": [
            {"width": 64, "depth": 2, "dFf": 64},
            {"width": 96, "depth": 2, "kernelSize": 5},
            {"width": 160, "depth": 4, "kernelSize": 7},
        ],
        "mapping": {"depth": 1, "width": 64, "dFf": 128, "dropout": 0.0},
        "convolutional": True,
    },
}


def from_reference(config):
    """Converts the reference's key names, which the golden manifest uses, to our options."""
    levels = [
        level(
            width, depth, d_ff, attention["type"], dHead=attention["d_head"], dropout=dropout,
            kernelSize=attention.get("kernel_size", 7),
        )
        for width, depth, d_ff, attention, dropout in zip(
            config["widths"], config["depths"], config["d_ffs"], config["self_attns"],
            config["dropout_rate"],
        )
    ]
    options = {
        "inChannels": config["in_channels"],
        "outChannels": config["out_channels"],
        "patchSize": config["patch_size"],
        "levels": levels,
        "mapping": {
            "depth": config["mapping_depth"],
            "width": config["mapping_width"],
            "dFf": config["mapping_d_ff"],
            "dropout": config["mapping_dropout_rate"],
        },
    }
    if "temporal_n_heads" in config:
        options["temporal"] = {
            "heads": config["temporal_n_heads"],
            "dK": config["temporal_d_k"],
            "dFf": config["temporal_mlp"][1],
            "dropout": config["temporal_dropout"],
        }
    return options


def config(name):
    """Returns options by name, or from a JSON file with either set of key names."""
    if name in CONFIGS:
        return CONFIGS[name]
    if not Path(name).is_file():
        raise SystemExit(
            f"Cannot find the configuration {name}: want {', '.join(CONFIGS)} or a file"
        )
    options = json.loads(Path(name).read_text())
    if "widths" in options:
        return from_reference(options)
    options["levels"] = [{**LEVEL, **entry} for entry in options["levels"]]
    options["mapping"] = {**MAPPING, **options.get("mapping", {})}
    options.setdefault("patchSize", [1, 1])
    if options.pop("type", None) == "temporalHdit" or "temporal" in options:
        defaults = {"heads": 16, "dK": 48, "dFf": 1536, "dropout": 0.0}
        options["temporal"] = {**defaults, **options.get("temporal", {})}
    return options


def with_channels(options, weights):
    """Fills in missing numbers of channels from the shapes of the weights."""
    area = options["patchSize"][0] * options["patchSize"][1]
    known = {
        "inChannels": weights["patch_in.proj.weight"].shape[1] // area,
        "outChannels": weights["patch_out.proj.weight"].shape[0] // area,
    }
    return {**known, **options}
