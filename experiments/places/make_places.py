"""Makes places in an L1C look of the L2A patches, for experiments/s2_l1c_samples_patches.json.

Usage: python3 make_places.py DATA OUT

DATA has l2a_patches/sheetNN_{10m,20m,40m}.tif, 16 x 16 patches of 64 pixels a sheet. OUT receives
l1c/patchesNNN/20180601/BAND.tif: 4 x 4 patches as a place of 256 pixels, L1C = a + b L2A with one
air for all bands. The ranges of a and b are those of synthetic/surface_look.ts.
"""

import glob
import os
import sys

import numpy as np
from osgeo import gdal

LINES = {  # a: least, most; b: least, most
    "B01": (1000, 1500, 0.52, 0.60), "B02": (740, 1100, 0.59, 0.67),
    "B03": (480, 650, 0.63, 0.71), "B04": (280, 390, 0.75, 0.81),
    "B05": (240, 370, 0.73, 0.78), "B06": (225, 375, 0.79, 0.84),
    "B07": (200, 355, 0.84, 0.90), "B08": (165, 305, 0.80, 0.84),
    "B8A": (155, 315, 0.88, 0.93), "B09": (90, 255, 0.17, 0.26),
    "B11": (25, 110, 0.89, 0.91), "B12": (10, 75, 0.83, 0.84),
}
SHEETS = {  # bands of a sheet, and pixels of a place in it
    "10m": (["B02", "B03", "B04", "B08"], 256),
    "20m": (["B05", "B06", "B07", "B8A", "B11", "B12"], 128),
    "40m": (["B01", "B09"], 64),
}
SIDE = 2560  # metres


def write(path, values):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    rows, columns = values.shape
    driver = gdal.GetDriverByName("GTiff")
    file = driver.Create(path, columns, rows, 1, gdal.GDT_UInt16, ["COMPRESS=DEFLATE"])
    file.SetGeoTransform((0, SIDE / columns, 0, 0, 0, -SIDE / rows))
    file.GetRasterBand(1).WriteArray(np.clip(np.rint(values), 1, 65535).astype(np.uint16))


def main(data, out):
    gdal.UseExceptions()
    rng = np.random.default_rng(1)
    count = 0
    for sheet in range(len(glob.glob(f"{data}/l2a_patches/*_10m.tif"))):
        path = f"{data}/l2a_patches/sheet{sheet:02d}"
        full = {size: gdal.Open(f"{path}_{size}.tif").ReadAsArray() for size in SHEETS}
        for row, column in np.ndindex(4, 4):
            folder = f"{out}/l1c/patches{count:03d}/20180601"
            air = rng.uniform()
            clearness = np.clip(1 - air + rng.normal(0, 0.15), 0, 1)
            for size, (bands, side) in SHEETS.items():
                for values, band in zip(full[size], bands):
                    least_a, most_a, least_b, most_b = LINES[band]
                    a = least_a + (most_a - least_a) * air
                    b = least_b + (most_b - least_b) * clearness
                    part = values[row * side:(row + 1) * side, column * side:(column + 1) * side]
                    write(f"{folder}/{band}.tif", a + b * part.astype(float))
            cirrus = rng.uniform(10, 60) + rng.normal(0, 2.5, (64, 64))
            write(f"{folder}/B10.tif", cirrus)
            count += 1
    print(f"{count} places")


if __name__ == "__main__":
    main(*sys.argv[1:])
