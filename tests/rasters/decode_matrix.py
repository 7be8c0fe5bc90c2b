"""Writes the TIFF files of decode_matrix_test.ts and reads them as GDAL does.

Usage: decode_matrix.py FOLDER [EVERY]. Of EVERY combinations, one is written. For each file NAME.tif, NAME.bin holds GDAL's values as float64
[height, width, bands], or is missing if GDAL refuses the file. NAME.source holds the values that
were written, if GDAL does not read what it wrote. files.json lists all files.
"""

import itertools
import json
import os
import struct
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
FOLDER = sys.argv[1]
EVERY = int(sys.argv[2]) if len(sys.argv) > 2 else 1
WIDTH, HEIGHT = 37, 21
BLOCKS = {
    "tiles": ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"],
    "strips": ["BLOCKYSIZE=4"],
}
TYPES = {
    "uint8": (gdal.GDT_Byte, np.uint8, []),
    "int8": (gdal.GDT_Byte, np.uint8, ["PIXELTYPE=SIGNEDBYTE"]),
    "uint16": (gdal.GDT_UInt16, np.uint16, []),
    "int16": (gdal.GDT_Int16, np.int16, []),
    "uint32": (gdal.GDT_UInt32, np.uint32, []),
    "int32": (gdal.GDT_Int32, np.int32, []),
    "float16": (gdal.GDT_Float32, np.float32, ["NBITS=16"]),
    "float32": (gdal.GDT_Float32, np.float32, []),
    "float64": (gdal.GDT_Float64, np.float64, []),
    "uint64": (gdal.GDT_UInt64, np.uint64, []),
    "int64": (gdal.GDT_Int64, np.int64, []),
    "cint16": (gdal.GDT_CInt16, np.complex64, []),
    "cfloat32": (gdal.GDT_CFloat32, np.complex64, []),
    **{f"uint{n}": (gdal.GDT_Byte, np.uint8, [f"NBITS={n}"]) for n in (1, 2, 3, 4, 5, 6, 7)},
    **{f"uint{n}": (gdal.GDT_UInt16, np.uint16, [f"NBITS={n}"]) for n in (9, 12, 15)},
    **{f"uint{n}": (gdal.GDT_UInt32, np.uint32, [f"NBITS={n}"]) for n in (17, 24, 31)},
    "float24": (gdal.GDT_Float32, np.float32, ["NBITS=24"]),
}
WHOLE = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]
CODERS = [["NONE"], ["PACKBITS"], ["LERC"], ["LERC_DEFLATE"], ["LERC_ZSTD"]] + [
    [name, f"PREDICTOR={p}"] for name in ("LZW", "DEFLATE", "ZSTD") for p in (1, 2, 3)
]
names = []
sources = {}
failed = []
# Closing a dataset raises where nothing can catch it.
sys.unraisablehook = failed.append


def values(kind, bands):
    """Smooth values and noise over the whole range of the type, with the extremes."""
    dtype = TYPES[kind][1]
    random = np.random.default_rng(len(kind) + bands)
    shape = (bands, HEIGHT, WIDTH)
    ramp = np.add.outer(np.arange(bands), np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)))
    bits = int("".join(c for c in kind if c.isdigit()))
    if kind.startswith("float"):
        a = (np.sin(ramp / 9) * 100 + random.normal(size=shape)).astype(dtype)
        a[0, 0, :4] = [0, -1e-3, 6e4, -6e4]
        a[:, 5:9, 3:20] = np.nan
        return a
    if kind.startswith("c"):
        return (ramp + 1j * random.integers(0, 99, shape)).astype(dtype)
    signed = kind.startswith("int") and dtype != np.uint8
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    a = random.integers(low, high, shape, dtype=dtype)
    a[:, HEIGHT // 2 :] = (ramp[:, HEIGHT // 2 :] % high).astype(dtype)
    a[0, 0, :2] = [low, high - 1]
    return a


calls = itertools.count()


def write(name, kind="uint16", bands=1, options=(), edit=None, data=None):
    """Writes one file of EVERY; what GDAL cannot write is left out."""
    if next(calls) % EVERY:
        return
    path = f"{FOLDER}/{name}.tif"
    gdal_type, _, own = TYPES[kind]
    a = values(kind, bands) if data is None else data
    failed.clear()
    try:
        driver = gdal.GetDriverByName("GTiff")
        ds = driver.Create(path, WIDTH, HEIGHT, bands, gdal_type, [*own, *options])
        for b in range(bands):
            ds.GetRasterBand(b + 1).WriteArray(a[b])
        ds.FlushCache()
    except RuntimeError as error:
        failed.append(error)
    ds = None
    if failed:
        if os.path.exists(path):
            os.remove(path)
        return
    if edit is not None:
        with open(path, "rb") as file:
            content = bytearray(file.read())
        edit(content)
        with open(path, "wb") as file:
            file.write(content)
    else:
        sources[name] = a
    names.append(name)


def save(name, a):
    """Writes values as float64 [height, width, bands]."""
    np.asarray(a).transpose(1, 2, 0).astype("<f8").tofile(f"{FOLDER}/{name}")


def read(name):
    """Writes GDAL's values beside a file, if GDAL reads it."""
    try:
        ds = gdal.Open(f"{FOLDER}/{name}.tif")
        a = ds.ReadAsArray()
        signed = ds.GetRasterBand(1).GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE")
    except RuntimeError:
        if name in sources:
            save(f"{name}.source", sources[name])
        return
    if np.iscomplexobj(a):
        a = a.real
    if signed == "SIGNEDBYTE":
        a = a.view(np.int8)
    save(f"{name}.bin", a if a.ndim == 3 else a[None])


def tag(number, value, new=None):
    """An edit of a SHORT tag of a classic little-endian file: its value, and its number if `new`."""

    def edit(content):
        (at,) = struct.unpack_from("<I", content, 4)
        for i in range(struct.unpack_from("<H", content, at)[0]):
            entry = at + 2 + 12 * i
            if struct.unpack_from("<H", content, entry)[0] == number:
                struct.pack_into("<HHIHH", content, entry, new or number, 3, 1, value, 0)
                return
        raise ValueError(number)

    return edit


count = 0
for kind, coder, interleave, (blocks, order) in itertools.product(
    WHOLE, CODERS, ("PIXEL", "BAND"), (("tiles", "LITTLE"), ("strips", "LITTLE"), ("tiles", "BIG"))
):
    count += 1
    options = [
        *[f"COMPRESS={coder[0]}", *coder[1:], f"INTERLEAVE={interleave}", *BLOCKS[blocks]],
        *[f"ENDIANNESS={order}", f"BIGTIFF={'YES' if count % 3 == 0 else 'NO'}"],
    ]
    name = "-".join([kind, *coder, interleave, blocks, order]).replace("PREDICTOR=", "predictor")
    write(name, kind, bands=3, options=options)

for kind in TYPES:
    for coder in ("NONE", "DEFLATE", "LZW"):
        for bands in (1, 3):
            write(f"{kind}-{coder}-{bands}", kind, bands, [f"COMPRESS={coder}", "BLOCKYSIZE=5"])
            big = ["ENDIANNESS=BIG", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]
            write(f"{kind}-{coder}-{bands}-big", kind, bands, [f"COMPRESS={coder}", *big])
        write(f"{kind}-{coder}-predictor2", kind, 1, [f"COMPRESS={coder}", "PREDICTOR=2"])

RGB = {"kind": "uint8", "bands": 3}
for photometric in ("MINISBLACK", "MINISWHITE", "PALETTE"):
    for kind in ("uint1", "uint4", "uint8", "uint16"):
        write(f"{photometric}-{kind}", kind, 1, [f"PHOTOMETRIC={photometric}"])
for photometric in ("RGB", "MINISBLACK", "CMYK", "YCBCR", "CIELAB", "ICCLAB", "ITULAB"):
    for coder in ("NONE", "DEFLATE", "JPEG"):
        for interleave in ("PIXEL", "BAND"):
            bands = 4 if photometric == "CMYK" else 3
            options = [f"PHOTOMETRIC={photometric}", f"COMPRESS={coder}", f"INTERLEAVE={interleave}"]
            write(f"{photometric}-{coder}-{interleave}", "uint8", bands, options)
for coder in ("WEBP", "JPEG", "LZMA", "JXL", "LERC"):
    write(f"rgb-{coder}", options=[f"COMPRESS={coder}", "INTERLEAVE=PIXEL"], **RGB)
    write(f"grey-{coder}", "uint8", 1, [f"COMPRESS={coder}"])
for coder in ("CCITTRLE", "CCITTFAX3", "CCITTFAX4", "JPEG", "LERC"):
    write(f"bits-{coder}", "uint1", 1, [f"COMPRESS={coder}", "NBITS=1"])
write("jpeg-12-bits", "uint12", 1, ["COMPRESS=JPEG", "NBITS=12"])
for coder in ("NONE", "DEFLATE", "LERC", "LERC_DEFLATE", "LERC_ZSTD"):
    for kind in ("uint8", "uint16", "float32"):
        for bands in (2, 4):
            a = values(kind, bands)
            if coder.startswith("LERC") and kind == "uint8":
                a[-1] = np.where(a[-1] > 100, 255, 0)
            else:
                a[-1][a[-1] == 0] = 1  # pixels of alpha 0 are read as missing
            options = ["ALPHA=YES", f"COMPRESS={coder}", "INTERLEAVE=PIXEL"]
            write(f"alpha-{coder}-{kind}-{bands}", kind, bands, options, data=a)
smooth = np.nan_to_num(values("float32", 3))
for error in ("0.01", "1"):
    options = ["COMPRESS=LERC", f"MAX_Z_ERROR={error}"]
    write(f"lossy-lerc-{error}", "float32", 3, options, data=smooth)
a = values("float32", 3)
a[1, 12:16, 4:9] = np.nan
write("mask-of-each-band-LERC", "float32", 3, ["COMPRESS=LERC", "INTERLEAVE=PIXEL"], data=a)
a = np.full((1, HEIGHT, WIDTH), np.nan, np.float32)
write("all-nan-LERC", "float32", 1, ["COMPRESS=LERC"], data=a)
for level in ("1", "9"):
    write(f"zlib-{level}", options=["COMPRESS=DEFLATE", f"ZLEVEL={level}"])
a = values("float32", 1)
a[0, 0, :3] = [np.inf, -np.inf, -0.0]
for coder in (["NONE"], ["ZSTD", "PREDICTOR=3"], ["LZW", "PREDICTOR=2"]):
    write(f"infinite-{coder[0]}", "float32", 1, [f"COMPRESS={coder[0]}", *coder[1:]], data=a)
write("one-strip", "int16", 3, ["COMPRESS=LZW", "BLOCKYSIZE=1000"])
write("sparse", "uint16", 1, ["SPARSE_OK=TRUE", *BLOCKS["tiles"]], data=[np.zeros((5, 5), np.uint16)])

# What GDAL does not write: old numbers, and tags that contradict the samples.
deflate = ["COMPRESS=DEFLATE", "PREDICTOR=2", *BLOCKS["tiles"]]
write("old-deflate", options=deflate, edit=tag(259, 32946))
write("predictor-3-of-integers", options=deflate, edit=tag(317, 3))
write("predictor-5", options=deflate, edit=tag(317, 5))
write("predictor-ignored", options=deflate, edit=tag(317, 1))
for coder in ("NONE", "PACKBITS"):
    # The tag of the sample format, whose default is the same, becomes that of the predictor.
    options = [f"COMPRESS={coder}", "BLOCKYSIZE=4"]
    write(f"predictor-of-{coder}", options=options, edit=tag(339, 2, 317))
write("planes-3", options=deflate, edit=tag(284, 3))
write("sample-format-4", options=deflate, edit=tag(339, 4))
write("sample-format-9", options=deflate, edit=tag(339, 9))
write("photometric-99", options=deflate, edit=tag(262, 99))

for name in names:
    read(name)
with open(f"{FOLDER}/files.json", "w") as file:
    json.dump(names, file)
