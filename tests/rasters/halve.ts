import { pixelArray, type Raster } from "../../core/mod.ts";
import { halveRows, type Resampling } from "../../rasters/overview.ts";

/** Halves a whole raster with the library's `halveRows()`, without georeference. */
export function halve(raster: Raster, resampling: Resampling = "mean"): Raster {
  const { width, height, dtype, nodata } = raster;
  const bands = raster.bands.length;
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const data = pixelArray(dtype, half.width * half.height * bands);
  halveRows(raster.data, data, { rows: height, width, bands, nodata, resampling });
  return {
    ...half,
    bands: raster.bands,
    data,
    dtype,
    ...(nodata === undefined ? {} : { nodata }),
  };
}
