/**
 * The better one of the model and the composite of the dates, by a self-check.
 *
 * @module
 */

import type { SelfCheck } from "./self_check_result.ts";

/** What a scene is made by, and why. */
export interface SceneChoice {
  /** "restored": the model. */
  readonly method: "restored" | "composite";
  /** As in "27.0 dB against 25.1 dB on hidden clear ground". */
  readonly reason: string;
}

/** PSNR of a method, in words. */
export function shownPsnr({ scores }: Pick<SelfCheck, "scores">, method: string): string {
  const { psnr } = scores[method]!;
  return psnr === null ? "exact" : `${psnr.toFixed(1)} dB`;
}

/** Chooses by the RMSE on hidden clear ground; of two equal ones, the model. */
export function choiceOf(check: SelfCheck): SceneChoice {
  const { better } = check;
  if (better === undefined) {
    return { method: "restored", reason: "there is no composite of a single date" };
  }
  const other = better === "composite" ? "restored" : "composite";
  return {
    method: better,
    reason: `${shownPsnr(check, better)} against ${shownPsnr(check, other)} on hidden clear ground`,
  };
}

/** Tags of a choice. */
export function choiceTags({ method, reason }: SceneChoice): Readonly<Record<string, string>> {
  return { EMRDM_CHOSEN: `${method}: ${reason}` };
}

/** A choice as a sentence. */
export function choiceText({ method, reason }: SceneChoice, model: string): string {
  return method === "composite"
    ? `takes the composite of the dates rather than ${model}: ${reason}`
    : `takes ${model} rather than the composite of the dates: ${reason}`;
}
