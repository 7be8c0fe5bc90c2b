"""Checks a restored scene with GDAL: python3 check_scene.py OUTPUT REFERENCE [BAND=FILE ...]

Prints JSON with three results: CRS, transform and size equal the reference's; both files are valid
COGs; the number of pixels that the provenance raster marks as observed and that differ from the
reference (from FILE for a band with its own file).
"""

import json
import sys

from osgeo import gdal
from osgeo_utils.samples import validate_cloud_optimized_geotiff as cog

gdal.UseExceptions()
output, reference, *bands = sys.argv[1:]
provenance = output[: -len(".tif")] + ".provenance.tif"
out, ref = gdal.Open(output), gdal.Open(reference)


def grid(dataset):
    return [dataset.GetProjection(), dataset.GetGeoTransform(), dataset.RasterXSize, dataset.RasterYSize]


def valid(path):
    warnings, errors, _ = cog.validate(path, full_check=True)
    return not warnings and not errors


by_name = {out.GetRasterBand(b + 1).GetDescription(): b + 1 for b in range(out.RasterCount)}
own = dict(band.split("=", 1) for band in bands)
result = {
    "grid": grid(out) == grid(ref),
    "bands": list(by_name),
    "reference": out.GetMetadataItem("EMRDM_REFERENCE"),
    "nodata": out.GetRasterBand(1).GetNoDataValue(),
    "cog": valid(output),
}
try:
    source = gdal.Open(provenance)
except RuntimeError:
    source = None
if source is not None:
    result["cog"] = result["cog"] and valid(provenance)
    observed = source.GetRasterBand(1).ReadAsArray() == 1
    result["observed"] = int(observed.sum())
    differing = 0
    for name, number in by_name.items():
        if own and name not in own:
            continue
        mine = out.GetRasterBand(number).ReadAsArray()
        if own:
            # A band does not keep its file open, so the dataset needs a name.
            file = gdal.Open(own[name])
            theirs = file.GetRasterBand(1).ReadAsArray()
        else:
            names = [ref.GetRasterBand(b + 1).GetDescription() for b in range(ref.RasterCount)]
            index = names.index(name) + 1 if name in names else number
            theirs = ref.GetRasterBand(index).ReadAsArray()
        differing += int((mine != theirs)[observed].sum())
    result["differing"] = differing
print(json.dumps(result))
