/** A scene that is drawn: three cloudy dates of one place, as files. @module */

import { createRng } from "../core/mod.ts";
import { writeCog } from "../rasters/mod.ts";
import { syntheticClouds, syntheticScene } from "../synthetic/mod.ts";

const SIDE = 256;
const DATES = [
  { date: "2026-06-20", day: 171, cover: 0.35 },
  { date: "2026-07-05", day: 186, cover: 0.55 },
  { date: "2026-07-20", day: 201, cover: 0.45 },
] as const;

/** Draws the dates of `emrdm demo` into a folder; returns their paths. */
export async function drawSampleScene(folder: string): Promise<readonly string[]> {
  const rng = createRng(7);
  const paths: string[] = [];
  for (const [i, { date, day, cover }] of DATES.entries()) {
    const clear = syntheticScene(rng.fork("scene"), { width: SIDE, height: SIDE, day });
    const { cloudy } = syntheticClouds(clear, rng.fork("clouds").fork(i), { cover });
    const path = `${folder}/sample_${date}.tif`;
    await writeCog(path, cloudy, { overwrite: true });
    paths.push(path);
  }
  return paths;
}
