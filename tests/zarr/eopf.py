"""Writes a small EOPF product of Sentinel-2 as ESA's processor lays it out: eopf.py FOLDER/NAME.zarr."""

import sys

import numpy
import zarr
from numcodecs import Blosc

SIDE = 48
path = sys.argv[1]
root = zarr.open_group(path, mode="w")
root.attrs["stac_discovery"] = {
    "type": "Feature",
    "id": path.split("/")[-1],
    "properties": {
        "datetime": "2018-05-07T10:00:21.024Z",
        "product:type": "S02MSIL2A",
        "proj:epsg": 32633,
    },
}
root.attrs["other_metadata"] = {"horizontal_CRS_code": "EPSG:32633"}


def write(name, values, step, **attributes):
    values = values[::step, ::step]
    array = root.create_dataset(
        name,
        shape=values.shape,
        chunks=(20, 20),
        dtype=values.dtype,
        compressor=Blosc(cname="zstd", clevel=3, shuffle=Blosc.BITSHUFFLE),
        fill_value=0,
    )
    array[:] = values
    array.attrs.update({
        "_ARRAY_DIMENSIONS": ["y", "x"],
        "_eopf_attrs": {"dimensions": ["y", "x"], **attributes},
        "proj:epsg": 32633,
        "proj:transform": [10 * step, 0, 600000, 0, -10 * step, 5300040, 0, 0, 1],
        "proj:shape": list(values.shape),
    })


numbers = numpy.arange(SIDE * SIDE).reshape(SIDE, SIDE)
scaling = {"scale_factor": 0.0001, "add_offset": -0.1, "fill_value": 0}
for i, band in enumerate(["b02", "b03", "b04", "b08"]):
    write(f"measurements/reflectance/r10m/{band}", (1000 + numbers + i).astype("<u2"), 1, **scaling)
for i, band in enumerate(["b02", "b05", "b8a"]):
    write(f"measurements/reflectance/r20m/{band}", (2000 + numbers + i).astype("<u2"), 2, **scaling)
write("conditions/mask/l2a_classification/r20m/scl", numpy.where(numbers % 48 < 16, 9, 4).astype("u1"), 2)
zarr.consolidate_metadata(root.store)
