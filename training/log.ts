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

/** Bytes that are read at once. */
const CHUNK = 2 ** 16;

/** The lines of a log one after the other, and where each ends; what is no line is the end. */
async function* linesOf(path: string): AsyncGenerator<{ readonly line: LogLine; end: number }> {
  using file = await Deno.open(path);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK);
  let bytes = new Uint8Array();
  let end = 0;
  for (let count = await file.read(chunk); count !== null; count = await file.read(chunk)) {
    const joined = new Uint8Array(bytes.length + count);
    joined.set(bytes);
    joined.set(chunk.subarray(0, count), bytes.length);
    let from = 0;
    for (let at = joined.indexOf(NEWLINE); at >= 0; at = joined.indexOf(NEWLINE, from)) {
      let line: LogLine;
      try {
        line = JSON.parse(decoder.decode(joined.subarray(from, at)));
      } catch {
        // What a machine that lost its power left.
        return;
      }
      end += at + 1 - from;
      from = at + 1;
      yield { line, end };
    }
    bytes = joined.slice(from);
  }
}

/** The lines of a log. */
export async function readLog(path: string): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const { line } of linesOf(path)) lines.push(line);
  return lines;
}

/** How a log is opened. */
export interface OpenLogOptions {
  /** The step from which the run goes on. */
  readonly step: number;
  /** Hears of every line that stays. A long run has millions: nobody else keeps them. */
  readonly onLine?: (line: LogLine) => void;
}

/** Opens the log of a run and cuts off what lies after a step: those steps will be done again. */
export async function openLog(path: string, { step, onLine }: OpenLogOptions): Promise<Log> {
  const file = await Deno.open(path, { write: true, create: true });
  let end = 0;
  for await (const { line, end: after } of linesOf(path)) {
    if (!(line.step <= step)) break;
    onLine?.(line);
    end = after;
  }
  await file.truncate(end);
  await file.seek(end, Deno.SeekMode.Start);
  const encoder = new TextEncoder();
  return {
    write(line) {
      const bytes = encoder.encode(`${JSON.stringify(line)}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    },
    sync: () => file.syncDataSync(),
    [Symbol.dispose]: () => file.close(),
  };
}
