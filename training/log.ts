/**
 * Log of a run: one JSON object per line, cut back to the checkpoint when the run resumes.
 *
 * @module
 */

import { redacted } from "../core/mod.ts";
import { writing, writingSync } from "../files/mod.ts";
import type { Validation } from "./scores.ts";
import type { SigmaBin } from "./sigma_bins.ts";

/** Line of one step. */
export interface StepLine {
  /** Updates so far. */
  readonly step: number;
  /** Mean over the samples of λ(σ)·mean((D − x0)²) (Alg. 1). */
  readonly loss: number;
  /** Norm of the gradients before clipping. */
  readonly norm: number;
  /** Frames L. */
  readonly length: number;
  /** σ of each sample. */
  readonly sigmas: readonly number[];
  /** Loss of each sample. */
  readonly losses: readonly number[];
  /** Wall time of the step. */
  readonly seconds: number;
}

/** Line of means over the steps since the previous line of this kind. */
export interface MeansLine {
  /** Updates so far. */
  readonly step: number;
  /** Learning rate of the last update. */
  readonly learningRate: number;
  /** Mean loss, and mean norm of the gradients before clipping. */
  readonly means: { readonly loss: number; readonly norm: number };
  /** Mean losses by noise level; bins without samples are left out. */
  readonly bins: readonly SigmaBin[];
}

/** Line of one validation. */
export interface ValidationLine {
  /** Updates so far. */
  readonly step: number;
  /** Loss and image scores. */
  readonly validation: Validation;
}

/** Line of the samples that a step skipped, with the error message of each. */
export interface SkippedLine {
  /** Updates so far. */
  readonly step: number;
  /** Error messages, one per skipped sample. */
  readonly skipped: readonly string[];
}

/** One line of the log. */
export type LogLine = StepLine | MeansLine | ValidationLine | SkippedLine;

/** Log that is open for writing. */
export interface Log extends Disposable {
  write(line: LogLine): void;
  /** Flushes all lines to disk. */
  sync(): void;
}

const NEWLINE = 10;

/** Bytes per read. */
const CHUNK = 2 ** 16;

/** Yields the lines of a log and the offset of each line's end, up to the first invalid line. */
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
        // Left by a machine that lost power.
        return;
      }
      end += at + 1 - from;
      from = at + 1;
      yield { line, end };
    }
    bytes = joined.slice(from);
  }
}

/** Reads the lines of a log. */
export async function readLog(path: string): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const { line } of linesOf(path)) lines.push(line);
  return lines;
}

/** Options of {@linkcode openLog}. */
export interface OpenLogOptions {
  /** Step from which the run continues. */
  readonly step: number;
  /** Receives every line that is kept. A long run has millions, so they are not held in memory. */
  readonly onLine?: (line: LogLine) => void;
}

/** Opens the log of a run and removes the lines after a step, because those steps run again. */
export async function openLog(path: string, { step, onLine }: OpenLogOptions): Promise<Log> {
  const file = await writing(path, () => Deno.open(path, { write: true, create: true }));
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
      const bytes = encoder.encode(`${redacted(JSON.stringify(line))}\n`);
      writingSync(path, () => {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      });
    },
    sync: () => writingSync(path, () => file.syncDataSync()),
    [Symbol.dispose]: () => file.close(),
  };
}
