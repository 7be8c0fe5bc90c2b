/**
 * Which tiling is fastest for products of which size, measured on the adapter once and remembered.
 *
 * @module
 */

import { TILINGS } from "./kernels/mat_mul/tilings.ts";
import type { TilingChoice, TilingChoices } from "./shader.ts";

/** Sides of a product. */
export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What is measured. */
export const MEASURED: readonly ProductSize[] = [
  { m: 256, n: 128, k: 512 },
  { m: 1024, n: 384, k: 512 },
  { m: 4096, n: 1024, k: 512 },
];

/**
 * The best tiling for each measured size.
 *
 * @param seconds Of the product of `sizes[size]` in `TILINGS[tiling]`; undefined where the device
 *   cannot run it.
 */
export async function tune(
  seconds: (size: number, tiling: number) => Promise<number | undefined>,
  sizes: readonly ProductSize[] = MEASURED,
): Promise<TilingChoices> {
  const choices: TilingChoice[] = [];
  for (const [size, { m, n }] of sizes.entries()) {
    let best = { tiling: TILINGS.length - 1, seconds: Infinity };
    for (const tiling of TILINGS.keys()) {
      const taken = await seconds(size, tiling);
      if (taken !== undefined && taken < best.seconds) best = { tiling, seconds: taken };
    }
    choices.push({ outputs: m * n, tiling: best.tiling });
  }
  return choices;
}

/** The index of the tiling for an output of so many numbers; sizes between go to the nearer one. */
export function chosenTiling(choices: TilingChoices, outputs: number): number {
  const distance = (choice: TilingChoice) => Math.abs(Math.log(choice.outputs / outputs));
  return choices.reduce((a, b) => distance(b) < distance(a) ? b : a).tiling;
}

/** Where choices are kept between processes: `localStorage`, where there is one. */
interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function storeOf(): Store | undefined {
  try {
    return (globalThis as { localStorage?: Store }).localStorage;
  } catch {
    return undefined;
  }
}

const KEY = "emrdm.tilings.1";

/** Choices of an adapter that were stored; undefined if there are none, or none that fit. */
export function storedChoices(adapter: string, store = storeOf()): TilingChoices | undefined {
  try {
    const text = store?.getItem(`${KEY} ${adapter}`);
    if (text === null || text === undefined) return undefined;
    const choices = JSON.parse(text) as TilingChoices;
    const fit = Array.isArray(choices) && choices.length === MEASURED.length &&
      choices.every(({ outputs, tiling }) => outputs > 0 && TILINGS[tiling] !== undefined);
    return fit ? choices : undefined;
  } catch {
    return undefined;
  }
}

/** Stores them, where that is possible. */
export function storeChoices(adapter: string, choices: TilingChoices, store = storeOf()): void {
  try {
    store?.setItem(`${KEY} ${adapter}`, JSON.stringify(choices));
  } catch {
    // A full or forbidden store: it is measured again next time.
  }
}
