/**
 * Reference numbers: outputs of the authors' PyTorch code. A small part lies in `testdata/golden`,
 * the whole set in `../shared/golden` beside the checkout, where there is one.
 *
 * @module
 */

import { readSafetensors, toFloat32 } from "../checkpoints/mod.ts";

const PLACES = ["./testdata/golden/", "../../shared/golden/"] as const;

/** How far the reference's own float32 result lies from float64, and what follows from it. */
export interface GoldenCheck {
  /** Largest allowed difference. */
  readonly atol?: number;
  /** Largest allowed difference relative to the value, where values span decades. */
  readonly rtol?: number;
}

/** One file of reference numbers. */
export interface Golden {
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  // deno-lint-ignore no-explicit-any -- every file has its own hyper-parameters.
  readonly hyper: any;
  readonly checks: Readonly<Record<string, GoldenCheck>>;
}

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}

function folder(name: string): URL | undefined {
  return PLACES.map((place) => new URL(place, import.meta.url))
    .find((url) => exists(new URL(`${name}.safetensors`, url)));
}

/** Whether the file is there; a test without it is ignored. */
export function hasGolden(name: string): boolean {
  return folder(name) !== undefined;
}

/** Reads a file. @throws {Error} If it is not there. */
export async function golden(name: string): Promise<Golden> {
  const place = folder(name);
  if (place === undefined) throw new Error(`Cannot find the reference numbers ${name}`);
  const { tensors } = await readSafetensors(new URL(`${name}.safetensors`, place));
  const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", place)));
  const { hyper, checks } = manifest.files[name];
  const entries = Object.entries(tensors);
  return {
    values: Object.fromEntries(entries.map(([key, tensor]) => [key, toFloat32(tensor)])),
    shapes: Object.fromEntries(entries.map(([key, tensor]) => [key, tensor.shape])),
    hyper,
    checks,
  };
}

/** The values of one tensor. @throws {Error} If the file has no such tensor. */
export function valuesOf({ values }: Golden, name: string): Float32Array {
  const found = values[name];
  if (found === undefined) throw new Error(`Cannot find the reference tensor ${name}`);
  return found;
}

/** Throws unless every value is within the manifest's tolerance of the reference. */
export function assertGolden(found: ArrayLike<number>, source: Golden, name: string): void {
  const wanted = valuesOf(source, name);
  const { atol = 0, rtol = 0 } = source.checks[name.replace("@f64", "")] ?? {};
  if (atol === 0 && rtol === 0) throw new Error(`Cannot check ${name}: it has no tolerance`);
  if (found.length !== wanted.length) {
    throw new Error(`${name} must have ${wanted.length} values, got ${found.length}`);
  }
  let worst = 0;
  let at = 0;
  for (let i = 0; i < wanted.length; i++) {
    if (found[i] === wanted[i]) continue;
    const error = Math.abs(found[i]! - wanted[i]!) / Math.max(atol, rtol * Math.abs(wanted[i]!));
    if (!(error <= worst)) [worst, at] = [error, i];
  }
  if (!(worst <= 1)) {
    throw new Error(
      `${name}[${at}] must be ${wanted[at]} within atol ${atol}, rtol ${rtol}, got ${found[at]}`,
    );
  }
}
