/**
 * Throughput of the loader: samples per second of a synthetic dataset at 64×64 pixels, L = 3, for 0, 1
 * and 2 Workers, as JSON.
 *
 *     deno run --allow-read benches/loader.ts ../shared/data/oscd
 *
 * The consumer does nothing between batches, so this is the loader's maximum throughput.
 */

import { SENTINEL2_NAMES } from "../core/mod.ts";
import { openLoader } from "../training/mod.ts";

const BATCH = 8;
/** Number of timed steps; more of them change only the second digit. */
const STEPS = 12;

const [root = "../shared/data/oscd", ...places] = Deno.args;
const config = { type: "synthetic", root, ...(places.length > 0 && { places }) } as const;
const model = { tileSize: 64, length: 3, bands: SENTINEL2_NAMES };
const results = [];
for (const workers of [0, 1, 2]) {
  const opened = performance.now();
  await using loader = await openLoader({ config, model }, { batchSize: BATCH, seed: 1, workers });
  const openSeconds = (performance.now() - opened) / 1000;
  // Warm-up, until every Worker has compiled its code and prepares samples ahead.
  for (let step = 0; step < 4; step++) await loader.batch(step);
  const started = performance.now();
  for (let step = 4; step < 4 + STEPS; step++) await loader.batch(step);
  const seconds = (performance.now() - started) / 1000;
  results.push({
    workers,
    openSeconds,
    samplesPerSecond: STEPS * BATCH / seconds,
  });
}
console.log(JSON.stringify(results, null, 2));
