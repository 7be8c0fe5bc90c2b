/** The plan of a composite for one reference date, as plain data. @module */

import type { AffineMap } from "./affine_map.ts";
import type { MeanFit, MeanScene } from "./mean.ts";
import type { RidgeMap } from "./ridge_map.ts";

/** Coarse estimate of the whole reference: one value per cell and band. */
export interface FarGround {
  /** Rows of cells. */
  readonly rows: number;
  /** Columns of cells. */
  readonly columns: number;
  /** [rows, columns, bands]; NaN everywhere if no date has clear ground. */
  readonly values: Float32Array;
  /** RMS difference between clear pixels of the reference and their cells, over bands. */
  readonly error: number;
  /** The same of each band; NaN where the reference has no clear ground. */
  readonly bandErrors: Float64Array;
}

/** Estimate of the reference from one or several dates. */
export interface DateMap {
  /** Positions in `CompositeFit.sources`, ascending. */
  readonly sources: readonly number[];
  /** Share of each source's affine estimate; they sum to 1. */
  readonly shares: readonly number[];
  /** Map of what the affine estimate leaves; undefined where there is too little common ground. */
  readonly ridge?: RidgeMap;
  /** Expected RMS error over bands. */
  readonly error: number;
}

/** A date that is read. */
export interface Source {
  /** Index of its frame. */
  readonly frame: number;
  /** Days from the reference. */
  readonly days: number;
  /** Its affine map to the reference. */
  readonly affine: AffineMap;
}

/** Plan of a composite. */
export interface CompositeFit extends MeanFit {
  /** Size of the scene and its bands. */
  readonly scene: MeanScene;
  /** Dates that are read. */
  readonly sources: readonly Source[];
  /** Maps, all single dates first, in the order of `sources`. */
  readonly maps: readonly DateMap[];
  /** For each set of clear sources, as bits: indices of maps and their weights, which sum to 1. */
  readonly choices: readonly (readonly { readonly map: number; readonly weight: number }[])[];
  /** Coarse estimate of the whole reference. */
  readonly far: FarGround;
}
