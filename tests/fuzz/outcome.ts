/** Outcome of an input, and the errors that a reader may throw. */

import { InputError, OptionsError, OutputError } from "../../core/mod.ts";
import { CheckpointError } from "../../checkpoints/mod.ts";

export type OutcomeKind =
  /** The reader returned a result. */
  | "result"
  /** It refused the input with an error of ours. */
  | "typed"
  /** It threw something else. */
  | "untyped"
  /** It took too long. */
  | "slow"
  /** It took too much memory. */
  | "large"
  /** Its result is wrong. */
  | "wrong";

/** Comparison with GDAL of a read image. */
export type Comparison =
  | { readonly kind: "equal" }
  | { readonly kind: "refused" | "differs"; readonly detail: string; readonly facts: string };

export interface Outcome {
  readonly index: number;
  readonly kind: OutcomeKind;
  /** Message of the error, or what is wrong. */
  readonly message?: string;
  readonly milliseconds: number;
  /** Largest resident memory while it was read, in bytes. */
  readonly peak: number;
  readonly gdal?: Comparison;
}

/** Messages of the engine and the operating system, which say that something went unchecked. */
const UNCHECKED =
  /is not a function|Cannot (?:read|set) propert|Cannot convert|Cannot destructure|is not iterable|Invalid (?:typed )?array(?: buffer)? length|Array buffer allocation|out of bounds|Maximum call stack|Offset is outside|Invalid time value|URI malformed|Invalid URL|Invalid count value|Cannot mix BigInt|is not defined|memory access|unreachable|string length|should be a multiple|byte length of|Invalid regular/;

/** True for errors that say "Cannot <do> <what>: <what must hold>" or name the option. */
export function isTyped(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (UNCHECKED.test(error.message)) return false;
  if (error instanceof OptionsError || error instanceof CheckpointError) return true;
  const isForm = /^Cannot [a-z]+ [^]*: /.test(error.message) || /^Cannot find /.test(error.message);
  return isForm &&
    (error instanceof InputError || error instanceof OutputError || error instanceof TypeError ||
      error instanceof RangeError);
}

/** "TypeError: message" with the first lines of the stack, for reports. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim().replace(/file:\/\/\S*\/(?=[a-z]+\/[a-z_0-9]+\.ts)/, ""))
    .slice(0, 6);
  return `${error.name}: ${error.message.slice(0, 400)}\n    ${stack.join("\n    ")}`;
}
