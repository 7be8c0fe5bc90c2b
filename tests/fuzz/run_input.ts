/** Runs a reader over one input, and measures time, memory and the result. */

import { pixelDifference } from "./compare_pixels.ts";
import { harmless } from "./harmless.ts";
import type { GdalPixels, Oracle } from "./oracle.ts";
import { type Comparison, describe, isTyped, type Outcome } from "./outcome.ts";
import type { FuzzInput, FuzzReader, ReadPixels } from "./reader.ts";

/** Limit of the processor time of an input, in milliseconds. */
export const MAX_MILLISECONDS = 2000;
/** Limit of resident memory, in bytes. */
export const MAX_MEMORY = 1e9;

/** Processor time of this process in milliseconds; other processes do not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Starts to measure the largest resident memory anew. */
function resetPeak(): void {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Other systems do not have it: the present memory is measured.
  }
}

function peakMemory(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) * 1024;
  } catch {
    return Deno.memoryUsage().rss;
  }
}

function factsOf({ raster }: ReadPixels, theirs?: GdalPixels): string {
  const { width, height, bands, dtype, nodata, valid } = raster;
  const own = `${width}×${height}×${bands.length} ${dtype} nodata ${nodata} ` +
    (valid === undefined ? "complete" : "masked");
  if (theirs === undefined) return own;
  const { dtype: type, compression, flags, warning } = theirs;
  return `${own}; GDAL ${type} ${compression ?? "NONE"} flags ${flags.join("/")} ${warning}`;
}

async function compared(pixels: ReadPixels, oracle: Oracle): Promise<Comparison> {
  const theirs = await oracle.read(pixels);
  if (typeof theirs === "string") {
    return { kind: "refused", detail: theirs, facts: factsOf(pixels) };
  }
  const difference = pixelDifference(pixels, theirs);
  if (difference === undefined) return { kind: "equal" };
  return { kind: "differs", detail: difference, facts: factsOf(pixels, theirs) };
}

/** Writes the files of an input. */
export function writeInput(folder: string, { files }: FuzzInput): void {
  for (const [name, bytes] of Object.entries(files)) {
    if (name.includes("/")) {
      Deno.mkdirSync(`${folder}/${name.replace(/\/[^/]*$/, "")}`, { recursive: true });
    }
    Deno.writeFileSync(`${folder}/${name}`, bytes);
  }
}

/** Runs one input whose files are in a folder. */
export async function runInput(
  reader: FuzzReader,
  { folder, input, index, oracle }: {
    readonly folder: string;
    readonly input: FuzzInput;
    readonly index: number;
    readonly oracle: Oracle | undefined;
  },
): Promise<Outcome> {
  resetPeak();
  const [start, cpu] = [performance.now(), processorTime()];
  let found: ReadPixels | string | void = undefined;
  let caught: { readonly error: unknown } | undefined;
  try {
    found = await reader.read(folder, input.call);
  } catch (error) {
    caught = { error };
  }
  const milliseconds = performance.now() - start;
  const used = processorTime() - cpu;
  const measured = { index, milliseconds, peak: peakMemory() };
  if (caught !== undefined) {
    const { error } = caught;
    if (!isTyped(error)) return { ...measured, kind: "untyped", message: describe(error) };
  }
  if (typeof found === "string") return { ...measured, kind: "wrong", message: found };
  if (Math.min(milliseconds, used) > MAX_MILLISECONDS) {
    return { ...measured, kind: "slow", message: `${Math.round(milliseconds)} ms` };
  }
  if (measured.peak > MAX_MEMORY) {
    return { ...measured, kind: "large", message: `${Math.round(measured.peak / 1e6)} MB` };
  }
  if (caught !== undefined) {
    return { ...measured, kind: "typed", message: (caught.error as Error).message };
  }
  if (found === undefined || oracle === undefined) return { ...measured, kind: "result" };
  const gdal = await compared(found, oracle);
  if (gdal.kind === "equal" || harmless(gdal) !== undefined) {
    return { ...measured, kind: "result", gdal };
  }
  return {
    ...measured,
    kind: "wrong",
    message: `${gdal.kind}: ${gdal.detail} (${gdal.facts})`,
    gdal,
  };
}
