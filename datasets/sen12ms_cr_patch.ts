/**
 * One patch of SEN12MS-CR as a sample of files.
 *
 * @module
 */

import type { FileForm, FrameFiles, Layer, SampleFiles, SplitName } from "./sample_files.ts";
import { fileOf, type Kind } from "./sen12ms_cr_names.ts";
import type { Roi } from "./sen12ms_cr_splits.ts";

/** Source that all patches of a listing share. */
export interface PatchSource {
  readonly root: string;
  readonly s2: FileForm;
  /** Indices of the Sentinel-2 bands used. */
  readonly bands: readonly number[];
  /** Form of Sentinel-1; absent if it is not used. */
  readonly s1?: FileForm;
}

/** A patch in a split. There are 10⁵ of them, so paths are built on request instead of stored. */
export class Sen12MsCrPatch implements SampleFiles {
  readonly split: SplitName;
  readonly complete: boolean;
  readonly #source: PatchSource;
  readonly #roi: Roi;
  readonly #patch: number;

  constructor(source: PatchSource, { roi, patch, split, complete }: {
    readonly roi: Roi;
    readonly patch: number;
    readonly split: SplitName;
    /** True if all its files exist. */
    readonly complete: boolean;
  }) {
    this.#source = source;
    this.#roi = roi;
    this.#patch = patch;
    this.split = split;
    this.complete = complete;
  }

  get name(): string {
    return `${this.#roi.season}_${this.#roi.number}_p${this.#patch}`;
  }

  get reference(): number {
    return 0;
  }

  get target(): readonly Layer[] {
    return [this.#image("s2")];
  }

  get frames(): readonly FrameFiles[] {
    const { s1 } = this.#source;
    const radar = s1 && [{ path: this.#path("s1"), form: s1 }];
    return [{ cloudy: [this.#image("s2_cloudy")], ...(radar && { auxiliary: radar }) }];
  }

  #image(kind: "s2" | "s2_cloudy"): Layer {
    const { s2, bands } = this.#source;
    return { path: this.#path(kind), form: s2, bands };
  }

  #path(kind: Kind): string {
    return fileOf(this.#source.root, this.#roi, kind, this.#patch);
  }
}
