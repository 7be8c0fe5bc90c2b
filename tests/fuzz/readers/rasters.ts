/** GeoTIFF with what lies beside it: masks, world files, PAM. */

import { openRaster, type RasterHeader, type RasterWindow } from "../../../rasters/mod.ts";
import type { Draws } from "../draws.ts";
import { mutateText } from "../mutate_text.ts";
import { mutateTiff } from "../mutate_tiff.ts";
import type { FuzzReader, Seed } from "../reader.ts";
import { tiffSeeds } from "../tiff_seeds.ts";

/** More values are read as a small window. */
const MAX_VALUES = 300_000;
const SMALL = 64;

const PAM = `<PAMDataset>
  <SRS dataAxisToSRSAxisMapping="2,1"></SRS>
  <GeoTransform> 6.0e+05, 1.0e+01, 0.0, 5.3e+06, 0.0, -1.0e+01</GeoTransform>
  <PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand>
</PAMDataset>`;
const WORLD = "10.0\n0.0\n0.0\n-10.0\n600005.0\n5299995.0\n";

/** Mutated files beside a TIFF. */
function beside(draws: Draws, seeds: readonly Seed[]): Record<string, Uint8Array> {
  switch (draws.below(12)) {
    case 0:
      return { "a.tif.aux.xml": mutateText(PAM, draws) };
    case 1:
      return { "a.tfw": mutateText(WORLD, draws) };
    case 2: {
      const masks = seeds.filter(({ name }) =>
        /^(?:bits-1|own-none-8|white|signed|empty)/.test(name)
      );
      return { "a.tif.msk": mutateTiff(draws.pick(masks).bytes, draws) };
    }
    default:
      return {};
  }
}

function windowOf(header: RasterHeader, at: readonly number[]): RasterWindow {
  const { width, height, bands } = header;
  const [part = 0, x = 0, y = 0, w = 0, h = 0] = at;
  if (part < 0.7 && width * height * bands.length <= MAX_VALUES) {
    return { column: 0, row: 0, width, height };
  }
  const column = Math.min(width - 1, Math.floor(x * width));
  const row = Math.min(height - 1, Math.floor(y * height));
  const most = Math.max(1, Math.min(SMALL, Math.floor(Math.sqrt(MAX_VALUES / bands.length))));
  const side = (share: number, room: number) =>
    Math.max(1, Math.min(room, Math.ceil(share * most)));
  return { column, row, width: side(w, width - column), height: side(h, height - row) };
}

/** Numbers in [0, 1) that choose a window, whatever the size turns out to be. */
export function windowDraws(draws: Draws): number[] {
  return Array.from({ length: 5 }, () => draws.below(1000) / 1000);
}

/** Opens and reads what a call says. */
export async function readRasterOf(path: string, at: readonly number[]) {
  const file = await openRaster(path);
  try {
    const window = windowOf(file.header, at);
    return { path, window, raster: await file.read({ window }) };
  } finally {
    await file.close();
  }
}

export const rasters: FuzzReader = {
  name: "rasters",
  share: 0.45,
  seeds: tiffSeeds,
  mutate: (draws, seeds) => ({
    files: { "a.tif": mutateTiff(draws.pick(seeds).bytes, draws), ...beside(draws, seeds) },
    call: { at: windowDraws(draws) },
  }),
  read: (folder, { at }) => readRasterOf(`${folder}/a.tif`, at as number[]),
};
