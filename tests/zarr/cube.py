"""Prints what xarray and GDAL read of a cube as JSON: cube.py PATH."""

import json
import sys

import numpy
import xarray
from osgeo import gdal

gdal.UseExceptions()
cube = xarray.open_zarr(sys.argv[1])
raw = xarray.open_zarr(sys.argv[1], mask_and_scale=False)
band = raw["B04"]
data = gdal.OpenEx(sys.argv[1], gdal.OF_MULTIDIM_RASTER)
array = data.GetRootGroup().OpenMDArray("B04")
crs = array.GetSpatialRef()
same = numpy.array_equal(array.ReadAsArray(), band.values)
print(json.dumps({
    "variables": sorted(str(name) for name in cube.data_vars),
    "dimensions": list(band.dims),
    "chunks": list(band.encoding["chunks"]),
    "dtype": str(band.dtype),
    "times": [str(time)[:19] for time in cube.time.values],
    "x": [float(cube.x[0]), float(cube.x[1])],
    "y": [float(cube.y[0]), float(cube.y[1])],
    "crs": raw["spatial_ref"].attrs.get("spatial_ref"),
    "sums": [int(band[i].values.astype("int64").sum()) for i in range(band.shape[0])],
    "scaled": round(float(cube["B04"][0, 5, 5]), 4),
    "raw": int(band[0, 5, 5]),
    "gdal": {"epsg": crs.GetAuthorityCode(None), "same": bool(same)},
}))
