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

/** State of the optimizer. */
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
  /** Updated parameters. */
  readonly params: Params;
  /** State for the next update. */
  readonly state: AdamWState;
}

/** Running means of the optimizer. */
export type AdamWMoments = Pick<AdamWState, "first" | "second">;

/** Rates of one update: numbers, or scalars [] that are inputs of a traced step. */
export interface AdamWRates<T = Tensor> {
  /** lr·√(1 − β₂ⁿ)/(1 − β₁ⁿ). */
  readonly move: T;
  /** ε·√(1 − β₂ⁿ). */
  readonly epsilon: T;
  /** 1 − lr·wd. */
  readonly keep: T;
}

/** Moving average of the parameters, updated together with them. */
export interface MovingAverage {
  /** Averaged parameters, by the names of the parameters. */
  readonly params: Params;
  /** 1 − decay. */
  readonly share: Tensor;
}

/** Input of an update. */
export interface AdamWInput extends AdamWMoments {
  /** Rates of this update. */
  readonly rates: AdamWRates;
  /** Factor of the gradients, such as that of clipping. Default 1. */
  readonly factor?: Tensor | undefined;
  /** Averages to update. Default none. */
  readonly averages?: readonly MovingAverage[];
}

/** AdamW, as pure functions of parameters, gradients and state. */
export interface AdamW {
  /** Returns the rates of update n, from 1, with the learning rate multiplied by `factor`, default 1. */
  rates(update: number, factor?: number): AdamWRates<number>;
  /** Computes one update with given rates. The caller owns the arguments and the result. */
  apply(
    params: Params,
    grads: Params,
    given: AdamWInput,
  ): AdamWMoments & { readonly params: Params; readonly averages: readonly Params[] };
  /** Returns the state before the first update, zeros like the parameters; the caller owns it. */
  init(params: Params): AdamWState;
  /** Computes one update. The caller owns the arguments and the result. */
  update(params: Params, grads: Params, state: AdamWState): AdamWUpdate;
}

/** Defaults of {@linkcode AdamWOptions}. */
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

  /** Maps p, g, m and v to the new p, m and v, element by element. */
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
    // One chain of operations per parameter, so that intermediate values never reach memory.
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
