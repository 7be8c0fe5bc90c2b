/**
 * The radiometric step at the edge of what is restored: how far the restored image lies from the
 * observed one in the ring where the two are faded into each other.
 *
 * @module
 */

/** Restored − observed in the ring, in the model's units. */
export interface BorderStep {
  /** Pixels of the ring. */
  readonly pixels: number;
  /** Mean difference of each band of the result. */
  readonly bias: readonly number[];
  /** Mean absolute difference of each band of the result. */
  readonly absolute: readonly number[];
}

/** Measures pixels as they come. */
export class BorderMeter {
  readonly #bias: Float64Array;
  readonly #absolute: Float64Array;
  #pixels = 0;

  constructor(bands: number) {
    this.#bias = new Float64Array(bands);
    this.#absolute = new Float64Array(bands);
  }

  /** One band of a pixel of the ring; band 0 of each pixel comes first. */
  add(band: number, difference: number): void {
    if (band === 0) this.#pixels++;
    this.#bias[band]! += difference;
    this.#absolute[band]! += Math.abs(difference);
  }

  /** Undefined if there was no ring. */
  result(): BorderStep | undefined {
    if (this.#pixels === 0) return undefined;
    const mean = (sums: Float64Array) => Array.from(sums, (sum) => sum / this.#pixels);
    return { pixels: this.#pixels, bias: mean(this.#bias), absolute: mean(this.#absolute) };
  }
}
