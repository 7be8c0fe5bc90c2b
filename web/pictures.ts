/** Pictures of rasters for canvases, read in strips. @module */

import { openImage, quicklook, type RasterFile } from "../rasters/mod.ts";
import { PROVENANCE } from "../restoration/mod.ts";
import type { ColorPicture } from "./messages.ts";

/** Largest side of a picture in pixels; larger rasters are shown thinned. */
const MOST = 1024;

/** Colors of the provenance; observed pixels and those without data stay transparent. */
export const PROVENANCE_COLORS: Readonly<Record<number, readonly [number, number, number]>> = {
  [PROVENANCE.otherDate]: [230, 159, 0],
  [PROVENANCE.reconstructed]: [204, 51, 136],
};

type Draw = (row: Awaited<ReturnType<RasterFile["read"]>>, x: number) => readonly number[];

/** Draws a raster row by row; `bands` are those that `draw` needs. */
async function drawn(
  path: string,
  { bands, draw }: { readonly bands?: readonly (string | number)[]; readonly draw: Draw },
): Promise<ColorPicture> {
  const file = await openImage(path);
  try {
    const { header } = file;
    const step = Math.ceil(Math.max(header.width, header.height) / MOST);
    const [width, height] = [header.width, header.height].map((size) => Math.ceil(size / step));
    const data = new Uint8ClampedArray(width! * height! * 4);
    const strip = Math.max(step, file.blockHeight);
    for (let top = 0; top < header.height; top += strip) {
      const rows = Math.min(strip, header.height - top);
      const window = { column: 0, row: top, width: header.width, height: rows };
      const raster = await file.read({ window, ...(bands && { bands }) });
      for (let y = Math.ceil(top / step) * step; y < top + rows; y += step) {
        for (let x = 0; x < header.width; x += step) {
          data.set(draw(raster, (y - top) * header.width + x), (y / step * width! + x / step) * 4);
        }
      }
    }
    return { width: width!, height: height!, data };
  } finally {
    await file.close();
  }
}

/** A picture in true color; bands without names are those of Sentinel-2 if there are 13. */
export async function trueColor(path: string): Promise<ColorPicture> {
  const file = await openImage(path);
  const { bands } = file.header;
  await file.close();
  const named = ["B04", "B03", "B02"].every((band) => bands.includes(band));
  const shown = named ? ["B04", "B03", "B02"] : bands.length === 13 ? [3, 2, 1] : undefined;
  const pictures = new WeakMap<object, ReturnType<typeof quicklook>>();
  return await drawn(path, {
    bands: shown ?? [0, 1, 2].slice(0, bands.length < 3 ? 1 : 3),
    draw(raster, pixel) {
      const picture = pictures.get(raster) ?? quicklook(raster, { bands: raster.bands });
      pictures.set(raster, picture);
      const { channels, data } = picture;
      const at = pixel * channels;
      return channels === 1
        ? [data[at]!, data[at]!, data[at]!, 255]
        : [data[at]!, data[at + 1]!, data[at + 2]!, 255];
    },
  });
}

/** A picture of a provenance raster, to be laid over the result. */
export async function provenanceColors(path: string): Promise<ColorPicture> {
  return await drawn(path, {
    draw(raster, pixel) {
      const color = PROVENANCE_COLORS[raster.data[pixel]!];
      return color === undefined ? [0, 0, 0, 0] : [...color, 150];
    },
  });
}
