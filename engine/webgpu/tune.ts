/**
 * Choice of the fastest tiling by product size, measured once per adapter and stored.
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

/** Products that are measured. */
export const MEASURED: readonly ProductSize[] = [
  { m: 256, n: 128, k: 512 },
  { m: 1024, n: 384, k: 512 },
  { m: 4096, n: 1024, k: 512 },
];

/**
 * Finds the fastest tiling for each measured size.
 *
 * @param seconds Time of the product of `sizes[size]` in `TILINGS[tiling]`; undefined where the
 *   device cannot run it.
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

/** The index of the tiling for an output of this many elements, by the nearest measured size. */
export function chosenTiling(choices: TilingChoices, outputs: number): number {
  const distance = (choice: TilingChoice) => Math.abs(Math.log(choice.outputs / outputs));
  return choices.reduce((a, b) => distance(b) < distance(a) ? b : a).tiling;
}

/** Storage of choices between processes: `localStorage` where it exists. */
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

/** Stored choices of an adapter; undefined if there are none or they do not match the tilings. */
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

/** Stores the choices of an adapter where possible. */
export function storeChoices(adapter: string, choices: TilingChoices, store = storeOf()): void {
  try {
    store?.setItem(`${KEY} ${adapter}`, JSON.stringify(choices));
  } catch {
    // The store is full or forbidden: the next process measures again.
  }
}
