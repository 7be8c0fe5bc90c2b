/**
 * AdamW (Loshchilov & Hutter 2019) as a pair of pure functions.
 *
 * @module
 */

import { blockwise, ownedTensor, type Params, type Tensor, tf } from "../engine/mod.ts";
import { moved } from "./ema.ts";

/** Options of {@linkcode adamw}; the defaults are PyTorch's, which the paper's runs used. */
export interface AdamWOptions {
  /** Step length, > 0. Default 1e-4 (the paper's settings). */
  readonly learningRate?: number;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the squared mean, > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Decay of every parameter, per step and unit of learning rate, ≥ 0. Default 0.01. */
  readonly weightDecay?: number;
}

/** What the optimizer remembers. */
export interface AdamWState {
  /** Updates so far. */
  readonly step: number;
  /** Running means of the gradients. */
  readonly first: Params;
  /** Running means of the squared gradients. */
  readonly second: Params;
}

/** Parameters and state after an update. */
export interface AdamWUpdate {
  readonly params: Params;
  readonly state: AdamWState;
}

/** The running means of an optimizer. */
export type AdamWMoments = Pick<AdamWState, "first" | "second">;

/** What changes from update to update; graph inputs where a step is traced. */
export interface AdamWRates<T = Tensor> {
  /** lr·√(1 − β₂ⁿ)/(1 − β₁ⁿ). */
  readonly move: T;
  /** ε·√(1 − β₂ⁿ). */
  readonly epsilon: T;
  /** 1 − lr·wd. */
  readonly keep: T;
}

/** A moving average of the parameters that moves with an update. */
export interface MovingAverage {
  readonly params: Params;
  /** 1 − decay. */
  readonly share: Tensor;
}

/** What an update is made from. */
export interface AdamWInput extends AdamWMoments {
  readonly rates: AdamWRates;
  /** What gradients are multiplied by first. Default 1. */
  readonly factor?: Tensor | undefined;
  /** Default none. */
  readonly averages?: readonly MovingAverage[];
}

/** An optimizer. */
export interface AdamW {
  /** The rates of update n, from 1, where the learning rate is multiplied by `factor`, default 1. */
  rates(update: number, factor?: number): AdamWRates<number>;
  /** One update with rates that are scalars []. The arguments stay the caller's. */
  apply(
    params: Params,
    grads: Params,
    given: AdamWInput,
  ): AdamWMoments & { readonly params: Params; readonly averages: readonly Params[] };
  /** Zeros like the parameters; the caller owns them. */
  init(params: Params): AdamWState;
  /** One update. The arguments stay the caller's, and so does the result. */
  update(params: Params, grads: Params, state: AdamWState): AdamWUpdate;
}

/** The values for options that are left out. */
export const ADAMW_DEFAULTS: Required<AdamWOptions> = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/**
 * p ← p·(1 − lr·wd); m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
 * p ← p − lr/(1 − β₁ⁿ)·m/(√v/√(1 − β₂ⁿ) + ε).
 *
 * Every parameter decays, norm scales and biases too, as in the paper's runs.
 *
 * @example
 * ```ts
 * import { tf } from "../engine/mod.ts";
 * import { adamw } from "./adamw.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = adamw({ learningRate: 0.1, weightDecay: 0 });
 * const params = { w: tf.tensor1d([1, -1]) };
 * const grads = { w: tf.tensor1d([5, -5]) };
 * const next = optimizer.update(params, grads, optimizer.init(params));
 * const [a, b] = await next.params.w!.data();
 * assertEquals([a!.toFixed(5), b!.toFixed(5)], ["0.90000", "-0.90000"]);
 * ```
 */
export function adamw(options: AdamWOptions = {}): AdamW {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = { ...ADAMW_DEFAULTS, ...options };

  /** p, g, m and v → p, m and v, element by element. */
  function updateOne(
    [param, grad, m, v]: readonly Tensor[],
    { move, epsilon, keep }: AdamWRates,
  ): readonly [Tensor, Tensor, Tensor] {
    const decayed = tf.mul(param!, keep);
    const first = tf.add(tf.mul(m!, beta1), tf.mul(grad!, 1 - beta1));
    const second = tf.add(tf.mul(v!, beta2), tf.mul(tf.square(grad!), 1 - beta2));
    // m/(√v/r + ε)·lr/q = m/(√v + ε·r)·lr·r/q
    const step = tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), move);
    return [tf.sub(decayed, step), first, second];
  }

  const rates = (update: number, factor = 1) => {
    const root = Math.sqrt(1 - beta2 ** update);
    const rate = factor * learningRate;
    return {
      move: rate * root / (1 - beta1 ** update),
      epsilon: epsilon * root,
      keep: 1 - rate * weightDecay,
    };
  };

  function apply(
    params: Params,
    grads: Params,
    { first, second, rates, factor, averages = [] }: AdamWInput,
  ) {
    // All of it as one chain: what is between is never written.
    const update = ([param, grad, m, v, ...moving]: readonly Tensor[]) => {
      const scaled = factor === undefined ? grad! : tf.mul(grad!, factor);
      const updated = updateOne([param!, scaled, m!, v!], rates);
      return [
        ...updated,
        ...moving.map((average, i) => moved(average, updated[0], averages[i]!.share)),
      ];
    };
    const updated = Object.entries(params).map(([name, param]) => {
      const own = [param, grads[name]!, first[name]!, second[name]!];
      const tensors = [...own, ...averages.map((average) => average.params[name]!)];
      return [name, tf.tidy(() => [...blockwise(update, tensors)])] as const;
    });
    const pick = (i: number) => Object.fromEntries(updated.map(([name, all]) => [name, all[i]!]));
    return {
      params: pick(0),
      first: pick(1),
      second: pick(2),
      averages: averages.map((_, i) => pick(3 + i)),
    };
  }

  return {
    init(params) {
      const zeros = () =>
        Object.fromEntries(
          Object.entries(params).map(([name, { shape, size }]) => [
            name,
            ownedTensor(new Float32Array(size), shape),
          ]),
        );
      return { step: 0, first: zeros(), second: zeros() };
    },
    rates,
    apply,
    update(params, grads, { step, first, second }) {
      const next = step + 1;
      const { move, epsilon, keep } = rates(next);
      const tensors = {
        move: tf.scalar(move),
        epsilon: tf.scalar(epsilon),
        keep: tf.scalar(keep),
      };
      const result = apply(params, grads, { first, second, rates: tensors });
      tf.dispose(tensors);
      return {
        params: result.params,
        state: { step: next, first: result.first, second: result.second },
      };
    },
  };
}
