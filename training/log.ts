/**
 * The log of a run: one JSON object per line, in step with the checkpoint.
 *
 * @module
 */

import type { Validation } from "./scores.ts";
import type { SigmaBin } from "./sigma_bins.ts";

/** A step. */
export interface StepLine {
  /** Updates so far. */
  readonly step: number;
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** Frames L. */
  readonly length: number;
  /** σ of each sample. */
  readonly sigmas: readonly number[];
  /** Loss of each sample. */
  readonly losses: readonly number[];
  /** Of wall time. */
  readonly seconds: number;
}

/** Means since the line of this kind before. */
export interface MeansLine {
  readonly step: number;
  readonly learningRate: number;
  readonly means: { readonly loss: number; readonly norm: number };
  /** By noise level; bins without a sample are left out. */
  readonly bins: readonly SigmaBin[];
}

/** A validation. */
export interface ValidationLine {
  readonly step: number;
  readonly validation: Validation;
}

/** Samples that a step left out, each by what is wrong with it. */
export interface SkippedLine {
  readonly step: number;
  readonly skipped: readonly string[];
}

/** What a line may hold. */
export type LogLine = StepLine | MeansLine | ValidationLine | SkippedLine;

/** A log that is being written. */
export interface Log extends Disposable {
  write(line: LogLine): void;
  /** Waits until all lines are on disk. */
  sync(): void;
}

const NEWLINE = 10;

/** The lines up to a step, and where they end in the file. */
function readUntil(bytes: Uint8Array, step: number): { lines: LogLine[]; end: number } {
  const decoder = new TextDecoder();
  const lines: LogLine[] = [];
  let end = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, end)) {
    let line: LogLine;
    try {
      line = JSON.parse(decoder.decode(bytes.subarray(end, at)));
    } catch {
      // What a machine that lost its power left.
      break;
    }
    if (!(line.step <= step)) break;
    lines.push(line);
    end = at + 1;
  }
  return { lines, end };
}

/** The lines of a log. */
export async function readLog(path: string): Promise<readonly LogLine[]> {
  return readUntil(await Deno.readFile(path), Infinity).lines;
}

/**
 * Opens the log of a run and cuts off what lies after a step: those steps will be done again.
 *
 * @param step The step from which the run goes on.
 * @returns The log, and the lines that stay.
 */
export async function openLog(
  path: string,
  step: number,
): Promise<{ readonly log: Log; readonly lines: readonly LogLine[] }> {
  const file = await Deno.open(path, { write: true, create: true });
  const { lines, end } = readUntil(await Deno.readFile(path), step);
  await file.truncate(end);
  await file.seek(end, Deno.SeekMode.Start);
  const encoder = new TextEncoder();
  const log: Log = {
    write(line) {
      const bytes = encoder.encode(`${JSON.stringify(line)}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    },
    sync: () => file.syncDataSync(),
    [Symbol.dispose]: () => file.close(),
  };
  return { log, lines };
}
