"""Writes the TIFF files of validity_test.ts and reads them as GDAL does.

Usage: validity.py FOLDER. For each file NAME.tif, NAME.bin holds GDAL's values as float64 [height,
width, bands], and NAME.valid a byte for each pixel: 0 where the masks of all bands are 0. files.json
lists the files.
"""

import json
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
FOLDER = sys.argv[1]
WIDTH, HEIGHT = 45, 38
TILES = ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]
names = []
random = np.random.default_rng(0)
yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH]
MISSING = (xx + yy < 30) | (random.random((HEIGHT, WIDTH)) < 0.05)


def values(bands, dtype=np.uint16):
    a = random.integers(1, 250, (bands, HEIGHT, WIDTH)).astype(dtype)
    return a / 255 if np.issubdtype(dtype, np.floating) else a


def write(name, a, kind=gdal.GDT_UInt16, options=(), nodata=None, mask=None, internal=True):
    """Writes a file; `mask` is true where there is data."""
    path = f"{FOLDER}/{name}.tif"
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES" if internal else "NO")
    ds = gdal.GetDriverByName("GTiff").Create(path, WIDTH, HEIGHT, len(a), kind, list(options))
    for b, band in enumerate(a):
        if nodata is not None:
            ds.GetRasterBand(b + 1).SetNoDataValue(nodata)
        if band is not None:
            ds.GetRasterBand(b + 1).WriteArray(band)
    if mask is not None:
        ds.CreateMaskBand(gdal.GMF_PER_DATASET)
        ds.GetRasterBand(1).GetMaskBand().WriteArray(np.where(mask, 255, 0).astype(np.uint8))
    ds = None
    names.append(name)
    return path


def copy(name, source, *options):
    gdal.Translate(f"{FOLDER}/{name}.tif", f"{FOLDER}/{source}.tif", options=list(options))
    names.append(name)


def read(name):
    ds = gdal.Open(f"{FOLDER}/{name}.tif")
    a = ds.ReadAsArray()
    a = a if a.ndim == 3 else a[None]
    a.transpose(1, 2, 0).astype("<f8").tofile(f"{FOLDER}/{name}.bin")
    masks = [ds.GetRasterBand(b + 1).GetMaskBand().ReadAsArray() for b in range(len(a))]
    alpha = [b for b in range(len(a)) if ds.GetRasterBand(b + 1).GetColorInterpretation() == 6]
    bands = [m for b, m in enumerate(masks) if b not in alpha]
    np.any(np.array(bands) > 0, axis=0).astype(np.uint8).tofile(f"{FOLDER}/{name}.valid")


a = values(3)
write("complete", a)
a[:, MISSING] = 0
a[0, 20:, 40:] = 0  # a band alone
write("nodata", a, nodata=0)
write("nodata-tiles", a, options=["COMPRESS=LZW", *TILES], nodata=0)
write("nodata-negative", np.where(a == 0, -9999, a), gdal.GDT_Int16, nodata=-9999)
write("nodata-outside", values(1), nodata=-9999)
write("nodata-outside-masked", values(2), nodata=-9999, mask=~MISSING)
write("nodata-fraction", values(1), nodata=7.5)
write("nodata-nan", values(1), nodata=np.nan)
f = values(2, np.float32)
f[:, MISSING] = np.nan
f[1, 25:] = np.nan
write("nan", f, gdal.GDT_Float32, ["COMPRESS=DEFLATE", "PREDICTOR=3"], nodata=np.nan)
write("nodata-float", np.nan_to_num(f, nan=-9999.9), gdal.GDT_Float32, nodata=-9999.9)
low = np.finfo(np.float32).min
write("nodata-lowest", np.nan_to_num(f, nan=low), gdal.GDT_Float32, nodata=float(low))
for internal in (True, False):
    where = "internal" if internal else "beside"
    for layout, options in (("strips", ["BLOCKYSIZE=7"]), ("tiles", TILES)):
        for planes in ("PIXEL", "BAND"):
            write(
                *(f"mask-{where}-{layout}-{planes}", values(3)),
                options=[*options, "COMPRESS=DEFLATE", f"INTERLEAVE={planes}"],
                mask=~MISSING,
                internal=internal,
            )
write("mask-bigtiff", values(1), options=["BIGTIFF=YES", "ENDIANNESS=BIG"], mask=~MISSING)
write("mask-float", values(2, np.float32), gdal.GDT_Float32, mask=~MISSING)
write("mask-nodata", values(2), nodata=77, mask=~MISSING)
write("mask-of-everything", values(1), mask=np.zeros_like(MISSING))
write("mask-of-nothing", values(1), mask=np.ones_like(MISSING))
copy("mask-cog", "mask-internal-tiles-PIXEL", "-of", "COG", "-co", "BLOCKSIZE=128")
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
path = write("mask-overviews", values(2), options=TILES, mask=~MISSING)
ds = gdal.Open(path, gdal.GA_Update)
ds.BuildOverviews("NEAREST", [2, 4])
ds = None
for bands in (2, 4):
    for kind, full in ((gdal.GDT_Byte, 255), (gdal.GDT_UInt16, 65535)):
        for coder in ("NONE", "LERC", "LERC_DEFLATE"):
            a = values(bands, np.uint8 if full == 255 else np.uint16)
            a[-1] = np.where(MISSING, 0, full)
            if coder == "NONE":
                a[-1, 30] = 7  # half transparent
            options = ["ALPHA=YES", f"COMPRESS={coder}", "INTERLEAVE=PIXEL", *TILES]
            write(f"alpha-{bands}-{full}-{coder}", a, kind, options)
write("alpha-planes", a, gdal.GDT_UInt16, ["ALPHA=PREMULTIPLIED", "INTERLEAVE=BAND", *TILES])
f = values(1, np.float32)
f[:, MISSING] = np.nan
for coder in ("LERC", "LERC_DEFLATE", "LERC_ZSTD"):
    write(f"nan-{coder}", f, gdal.GDT_Float32, [f"COMPRESS={coder}", *TILES], nodata=np.nan)
write("sparse", [None], options=["SPARSE_OK=TRUE", *TILES], nodata=9)
path = write("sparse-part", [None, None], options=["SPARSE_OK=TRUE", *TILES], nodata=9)
ds = gdal.Open(path, gdal.GA_Update)
ds.GetRasterBand(2).WriteArray(values(1)[0][:16, :16], 16, 16)
ds = None

# Read-only datasets keep their nodata beside the file.
for name, nodata, beside in (("beside", None, 100), ("beside-and-inside", 0, 100)):
    path = write(f"nodata-{name}", values(1) // 100 * 100, nodata=nodata)
    ds = gdal.Open(path)
    ds.GetRasterBand(1).SetNoDataValue(beside)
    ds = None
path = write("nodata-histogram", values(1), nodata=100)
ds = gdal.Open(path)
ds.GetRasterBand(1).GetDefaultHistogram(force=True)
ds.GetRasterBand(1).ComputeStatistics(False)
ds = None

for name in names:
    read(name)
with open(f"{FOLDER}/files.json", "w") as file:
    json.dump(names, file)
