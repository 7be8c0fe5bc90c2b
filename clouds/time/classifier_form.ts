/**
 * Form of the classifier's weights.
 *
 * @module
 */

/** Fully connected layers with rectified linear units between them. */
export interface Classifier {
  /** Mean and standard deviation of each trait. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Weights [inputs, outputs] and biases [outputs] of each layer. */
  readonly layers: readonly {
    readonly weights: readonly number[];
    readonly biases: readonly number[];
  }[];
}
