"""Writes small TIFF files of many kinds for the fuzzer: tiff_seeds.py FOLDER."""

import itertools
import os
import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
FOLDER = sys.argv[1]
WIDTH, HEIGHT = 23, 18
random = np.random.default_rng(1)
driver = gdal.GetDriverByName("GTiff")
sys.unraisablehook = lambda _: None
TYPES = {
    "uint8": (gdal.GDT_Byte, np.uint8),
    "uint16": (gdal.GDT_UInt16, np.uint16),
    "int16": (gdal.GDT_Int16, np.int16),
    "uint32": (gdal.GDT_UInt32, np.uint32),
    "float32": (gdal.GDT_Float32, np.float32),
    "float64": (gdal.GDT_Float64, np.float64),
}
UTM = osr.SpatialReference()
UTM.ImportFromEPSG(32633)


def values(kind, bands):
    a = np.add.outer(np.arange(bands) * 9, np.add.outer(np.arange(HEIGHT) * 3, np.arange(WIDTH)))
    return (1 + a % 200 + random.integers(0, 9, a.shape)).astype(TYPES[kind][1])


def write(name, kind="uint16", bands=1, options=(), edit=None, place=True):
    path = f"{FOLDER}/{name}.tif"
    try:
        ds = driver.Create(path, WIDTH, HEIGHT, bands, TYPES[kind][0], list(options))
        if place:
            ds.SetGeoTransform([600000, 10, 0, 5300000, 0, -10])
            ds.SetProjection(UTM.ExportToWkt())
        for b, a in enumerate(values(kind, bands)):
            ds.GetRasterBand(b + 1).WriteArray(a)
        if edit is not None:
            edit(ds)
        ds.FlushCache()
    except RuntimeError:
        if os.path.exists(path):
            os.remove(path)
    ds = None
    return path


TILES = ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]
STRIPS = ["BLOCKYSIZE=5"]
CODERS = [["NONE"], ["PACKBITS"], ["LERC"], ["LERC_DEFLATE"], ["LERC_ZSTD"]] + [
    [name, f"PREDICTOR={p}"] for name in ("LZW", "DEFLATE", "ZSTD") for p in (1, 2, 3)
]
count = 0
for coder, kind in itertools.product(CODERS, TYPES):
    count += 1
    options = [f"COMPRESS={coder[0]}", *coder[1:], *(TILES if count % 2 else STRIPS)]
    options.append(f"INTERLEAVE={'BAND' if count % 3 else 'PIXEL'}")
    if count % 5 == 0:
        options.append("BIGTIFF=YES")
    if count % 4 == 0 and not coder[0].startswith("LERC"):
        options.append("ENDIANNESS=BIG")
    write("-".join([*coder, kind]).replace("PREDICTOR=", "p"), kind, 1 + count % 3, options)


def metadata(ds):
    ds.SetMetadata({"TIME": "2018-03-07", "A&B": '<x y="1">'})
    for b in range(ds.RasterCount):
        band = ds.GetRasterBand(b + 1)
        band.SetDescription(["B02", "B03", "B04"][b])
        band.SetScale(0.0001)
        band.SetOffset(-0.1)


def nodata(value):
    def edit(ds):
        for b in range(ds.RasterCount):
            band = ds.GetRasterBand(b + 1)
            band.SetNoDataValue(value)
            a = band.ReadAsArray()
            a[3:9, 4:12] = value
            band.WriteArray(a)

    return edit


def mask(ds):
    ds.CreateMaskBand(gdal.GMF_PER_DATASET)
    a = np.full((HEIGHT, WIDTH), 255, np.uint8)
    a[5:9, 6:15] = 0
    ds.GetRasterBand(1).GetMaskBand().WriteArray(a)


def points(ds):
    gcps = [gdal.GCP(x * 10.0, y * 10.0, 0, x, y) for x, y in ((0, 0), (20, 0), (0, 15), (20, 15))]
    ds.SetGCPs(gcps, UTM.ExportToWkt())


def palette(ds):
    table = gdal.ColorTable()
    table.SetColorEntry(0, (0, 0, 0, 0))
    table.SetColorEntry(5, (255, 0, 0, 255))
    ds.GetRasterBand(1).SetColorTable(table)


write("metadata", bands=3, options=["COMPRESS=DEFLATE"], edit=metadata)
write("nodata", bands=2, options=["COMPRESS=LZW"], edit=nodata(0))
write("nodata-nan", "float32", 2, ["COMPRESS=DEFLATE"], edit=nodata(float("nan")))
write("nodata-negative", "int16", 1, edit=nodata(-9999))
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
write("mask", bands=2, options=["COMPRESS=DEFLATE", *TILES], edit=mask)
write("mask-strips", "uint8", 3, ["COMPRESS=LZW", "BLOCKYSIZE=4"], edit=mask)
write("mask-big", "float32", 1, ["BIGTIFF=YES", "ENDIANNESS=BIG"], edit=mask)
for coder in ("NONE", "DEFLATE", "LERC"):
    for bands in (2, 4):
        write(f"alpha-{coder}-{bands}", "uint8", bands, ["ALPHA=YES", f"COMPRESS={coder}"])
write("points", edit=points, place=False)
write("palette", "uint8", 1, ["PHOTOMETRIC=PALETTE"], edit=palette)
write("white", "uint8", 1, ["PHOTOMETRIC=MINISWHITE"])
write("rgb", "uint8", 3, ["PHOTOMETRIC=RGB", "COMPRESS=DEFLATE"])
write("jpeg", "uint8", 3, ["COMPRESS=JPEG", "PHOTOMETRIC=YCBCR", *TILES])
write("webp", "uint8", 3, ["COMPRESS=WEBP", *TILES])
write("lzma", "uint16", 1, ["COMPRESS=LZMA"])
for bits, kind in ((1, "uint8"), (4, "uint8"), (12, "uint16"), (24, "uint32")):
    write(f"bits-{bits}", kind, 1, [f"NBITS={bits}", "COMPRESS=DEFLATE"])
write("half", "float32", 1, ["NBITS=16", "COMPRESS=LZW"])
write("signed", "uint8", 1, ["PIXELTYPE=SIGNEDBYTE"])
write("one-strip", "uint16", 3, ["COMPRESS=LZW", "BLOCKYSIZE=1000"])
write("sparse", "uint16", 2, ["SPARSE_OK=TRUE", "INTERLEAVE=BAND", *TILES, "COMPRESS=DEFLATE"])
ds = driver.Create(f"{FOLDER}/empty.tif", WIDTH, HEIGHT, 1, gdal.GDT_UInt16, ["SPARSE_OK=TRUE", *TILES])
ds = None
path = write("overviews", "uint8", 1, ["COMPRESS=DEFLATE", *TILES])
ds = gdal.Open(path, gdal.GA_Update)
ds.BuildOverviews("NEAREST", [2, 4])
ds = None
gdal.GetDriverByName("COG").CreateCopy(f"{FOLDER}/cog.tif", gdal.Open(f"{FOLDER}/mask.tif"), options=["BLOCKSIZE=128"])
pages = gdal.Open(write("page", "uint8", 1))
for i in range(2):
    driver.CreateCopy(f"{FOLDER}/pages.tif", pages, options=["APPEND_SUBDATASET=YES"] if i else [])
