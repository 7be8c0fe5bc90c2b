"""Reads rasters as GDAL does, one for each line of JSON on stdin.

Answers a line of JSON; if it says "read", the values follow as float64 [height, width, bands] and the
masks as bytes of the same shape.
"""

import json
import resource
import sys

import numpy as np
from osgeo import gdal

gdal.DontUseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
gdal.SetCacheMax(2**26)
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
out = sys.stdout.buffer


def array(band, window):
    a = band.ReadAsArray(*window)
    if a is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return a


def number(value):
    """As JavaScript's Number() reads it: JSON has no NaN."""
    if value is None or np.isfinite(value):
        return value
    return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def read(path, *window):
    # Errors that GDAL goes on after are no refusal.
    ds = gdal.Open(path)
    if ds is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    bands = [ds.GetRasterBand(b + 1) for b in range(ds.RasterCount)]
    a = np.stack([array(band, window) for band in bands])
    if np.iscomplexobj(a):
        a = a.real
    if bands[0].GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE":
        a = a.view(np.int8)
    masks = np.stack([array(band.GetMaskBand(), window) for band in bands])
    facts = {
        "size": [ds.RasterXSize, ds.RasterYSize, ds.RasterCount],
        "transform": [number(v) for v in ds.GetGeoTransform(can_return_null=True) or []],
        "alpha": [b for b, band in enumerate(bands) if band.GetColorInterpretation() == 6],
        "flags": [band.GetMaskFlags() for band in bands],
        "dtype": gdal.GetDataTypeName(bands[0].DataType),
        "scales": [number(band.GetScale()) for band in bands],
        "offsets": [number(band.GetOffset()) for band in bands],
        "compression": ds.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"),
        "warning": gdal.GetLastErrorMsg()[:300],
    }
    return facts, a.transpose(1, 2, 0).astype("<f8"), masks.transpose(1, 2, 0)


for line in sys.stdin:
    request = json.loads(line)
    gdal.ErrorReset()
    try:
        facts, a, masks = read(request["path"], *request["window"])
        head = {"read": facts}
        body = a.tobytes() + masks.astype(np.uint8).tobytes()
    except (RuntimeError, ValueError, MemoryError, AttributeError, TypeError) as error:
        ds = gdal.Open(request["path"])
        compression = ds and ds.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE")
        text = f"{type(error).__name__}: {error}"[:300]
        head, body = {"error": text, "compression": compression}, b""
    out.write(json.dumps({**head, "bytes": len(body)}).encode() + b"\n" + body)
    out.flush()
