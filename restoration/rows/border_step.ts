/**
 * Radiometric step at the edge of the restored pixels: restored − observed in the ring where the two are
 * blended.
 *
 * @module
 */

/** Restored − observed in the blended ring, in the model's units. */
export interface BorderStep {
  /** Pixels of the ring. */
  readonly pixels: number;
  /** Mean difference of each band of the result. */
  readonly bias: readonly number[];
  /** Mean absolute difference of each band of the result. */
  readonly absolute: readonly number[];
}

/** Accumulates the differences pixel by pixel. */
export class BorderMeter {
  readonly #bias: Float64Array;
  readonly #absolute: Float64Array;
  #pixels = 0;

  constructor(bands: number) {
    this.#bias = new Float64Array(bands);
    this.#absolute = new Float64Array(bands);
  }

  /** Adds one band of a pixel in the ring, band 0 of each pixel first. */
  add(band: number, difference: number): void {
    if (band === 0) this.#pixels++;
    this.#bias[band]! += difference;
    this.#absolute[band]! += Math.abs(difference);
  }

  /** Mean differences; undefined if there is no ring. */
  result(): BorderStep | undefined {
    if (this.#pixels === 0) return undefined;
    const mean = (sums: Float64Array) => Array.from(sums, (sum) => sum / this.#pixels);
    return { pixels: this.#pixels, bias: mean(this.#bias), absolute: mean(this.#absolute) };
  }
}
