/**
 * Both networks of the paper (docs/networks.md) in plain loops and float64: dense masked attention, one
 * frame and one position after the other, no code of the library.
 */

import type { TemporalHditOptions } from "../../networks/mod.ts";

/** A weight in memory order, [in, out] for linear layers. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Weights and buffers by name. */
export type PlainWeights = Readonly<Record<string, PlainTensor>>;

/** A grid of tokens, row-major, channels last. */
interface Tokens {
  readonly h: number;
  readonly w: number;
  readonly d: number;
  readonly x: Float64Array;
}

/** erf by its Taylor series, and by the continued fraction of erfc where that is slow. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 3) {
    let fraction = 0;
    for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
    return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
  let [term, sum] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

function linear(x: Float64Array, { shape, data }: PlainTensor, bias?: PlainTensor): Float64Array {
  const [inner, outer] = shape as [number, number];
  const rows = x.length / inner;
  const y = new Float64Array(rows * outer);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inner; i++) {
      const value = x[r * inner + i]!;
      for (let o = 0; o < outer; o++) y[r * outer + o]! += value * data[i * outer + o]!;
    }
    if (bias) { for (let o = 0; o < outer; o++) y[r * outer + o]! += bias.data[o]!; }
  }
  return y;
}

function norm(x: Float64Array, scale: ArrayLike<number>): Float64Array {
  const d = scale.length;
  const y = new Float64Array(x.length);
  for (let r = 0; r < x.length; r += d) {
    let square = 0;
    for (let i = 0; i < d; i++) square += x[r + i]! ** 2;
    const factor = 1 / Math.sqrt(square / d + 1e-6);
    for (let i = 0; i < d; i++) y[r + i] = x[r + i]! * factor * scale[i]!;
  }
  return y;
}

function geglu(x: Float64Array, up: PlainTensor): Float64Array {
  const wide = linear(x, up);
  const both = up.shape[1]!;
  const half = both / 2;
  const y = new Float64Array(wide.length / 2);
  for (let i = 0; i < y.length; i++) {
    const [row, column] = [Math.floor(i / half), i % half];
    const [value, gate] = [wide[row * both + column]!, wide[row * both + half + column]!];
    y[i] = value * gate * 0.5 * (1 + erf(gate / Math.SQRT2));
  }
  return y;
}

function plus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

function merge({ h, w, d, x }: Tokens, [ph, pw]: readonly number[], weight: PlainTensor): Tokens {
  const [rows, columns] = [h / ph!, w / pw!];
  const feature = ph! * pw! * d;
  const patches = new Float64Array(rows * columns * feature);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const patch = Math.floor(i / ph!) * columns + Math.floor(j / pw!);
      const place = (i % ph!) * pw! + j % pw!;
      for (let e = 0; e < d; e++) {
        patches[patch * feature + place * d + e] = x[(i * w + j) * d + e]!;
      }
    }
  }
  return { h: rows, w: columns, d: weight.shape[1]!, x: linear(patches, weight) };
}

function split({ h, w, x }: Tokens, [ph, pw]: readonly number[], weight: PlainTensor): Tokens {
  const feature = weight.shape[1]!;
  const d = feature / ph! / pw!;
  const patches = linear(x, weight);
  const [rows, columns] = [h * ph!, w * pw!];
  const out = new Float64Array(rows * columns * d);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const patch = Math.floor(i / ph!) * w + Math.floor(j / pw!);
      const place = (i % ph!) * pw! + j % pw!;
      for (let e = 0; e < d; e++) {
        out[(i * columns + j) * d + e] = patches[patch * feature + place * d + e]!;
      }
    }
  }
  return { h: rows, w: columns, d, x: out };
}

/** Normalised, scaled and rotated queries or keys of one head: [tokens][dHead]. */
function prepare(
  { h, w }: { readonly h: number; readonly w: number },
  rows: readonly Float64Array[],
  { scale, freqs }: { readonly scale: number; readonly freqs: readonly number[] },
): Float64Array[] {
  const m = freqs.length;
  const longest = Math.max(h, w);
  return rows.map((row, token) => {
    const square = row.reduce((sum, value) => sum + value * value, 0);
    const unit = row.map((value) => value * Math.sqrt(scale) / Math.sqrt(square + 1e-6));
    const [i, j] = [Math.floor(token / w), token % w];
    const y = h / longest * ((2 * i + 1) / h - 1);
    const x = w / longest * ((2 * j + 1) / w - 1);
    const turned = Float64Array.from(unit);
    for (let p = 0; p < 2 * m; p++) {
      const theta = p < m ? y * freqs[p]! : x * freqs[p - m]!;
      const [a, b] = [unit[p]!, unit[p + 2 * m]!];
      turned[p] = a * Math.cos(theta) - b * Math.sin(theta);
      turned[p + 2 * m] = b * Math.cos(theta) + a * Math.sin(theta);
    }
    return turned;
  });
}

/** Whether the query at i sees the key at j on an axis of `size`, with a clamped window. */
export function sees(i: number, j: number, size: number, kernel: number): boolean {
  const first = Math.min(Math.max(i - (kernel - 1) / 2, 0), size - kernel);
  return j >= first && j < first + kernel;
}

/** The plain network. */
export function referenceNetwork(options: TemporalHditOptions, weights: PlainWeights) {
  const { levels, patchSize = [1, 1] } = options;
  const middle = levels.length - 1;
  const at = (name: string) => {
    const tensor = weights[name];
    if (tensor === undefined) throw new TypeError(`the reference misses ${name}`);
    return tensor;
  };

  function conditioning(cNoise: number): Float64Array {
    const fourier = Array.from(at("time_emb.weight").data, (w) => 2 * Math.PI * cNoise * w);
    const features = Float64Array.from([...fourier.map(Math.cos), ...fourier.map(Math.sin)]);
    let state = norm(linear(features, at("time_in_proj.weight")), at("mapping.in_norm.scale").data);
    for (let i = 0; weights[`mapping.blocks.${i}.up_proj.weight`] !== undefined; i++) {
      const block = `mapping.blocks.${i}`;
      const normed = norm(state, at(`${block}.norm.scale`).data);
      const hidden = geglu(normed, at(`${block}.up_proj.weight`));
      state = plus(state, linear(hidden, at(`${block}.down_proj.weight`)));
    }
    return norm(state, at("mapping.out_norm.scale").data);
  }

  const ada = (x: Float64Array, cond: Float64Array, name: string) =>
    norm(x, linear(cond, at(`${name}.norm.linear.weight`)).map((value) => value + 1));

  function feedForward(x: Float64Array, cond: Float64Array, name: string): Float64Array {
    const hidden = geglu(ada(x, cond, name), at(`${name}.up_proj.weight`));
    return plus(x, linear(hidden, at(`${name}.down_proj.weight`)));
  }

  function attention(tokens: Tokens, cond: Float64Array, name: string, kernel?: number): Tokens {
    const { h, w, d, x } = tokens;
    const qkv = linear(ada(x, cond, name), at(`${name}.qkv_proj.weight`));
    const scales = at(`${name}.scale`).data;
    const freqs = at(`${name}.pos_emb.freqs`);
    const heads = scales.length;
    const dHead = d / heads;
    const count = h * w;
    const out = new Float64Array(count * d);
    for (let head = 0; head < heads; head++) {
      const part = (which: number) =>
        Array.from({ length: count }, (_, token) => {
          const first = token * 3 * d + which * d + head * dHead;
          return qkv.slice(first, first + dHead);
        });
      const m = dHead / 8;
      const own = {
        scale: scales[head]!,
        freqs: Array.from({ length: m }, (_, j) => freqs.data[head * m + j]!),
      };
      const [q, k, v] = [prepare(tokens, part(0), own), prepare(tokens, part(1), own), part(2)];
      for (let query = 0; query < count; query++) {
        const keys = Array.from({ length: count }, (_, key) => key).filter((key) =>
          kernel === undefined ||
          (sees(Math.floor(query / w), Math.floor(key / w), h, kernel) &&
            sees(query % w, key % w, w, kernel))
        );
        const shares = softmax(
          keys.map((key) => q[query]!.reduce((sum, value, e) => sum + value * k[key]![e]!, 0)),
        );
        keys.forEach((key, n) => {
          for (let e = 0; e < dHead; e++) {
            out[query * d + head * dHead + e]! += shares[n]! * v[key]![e]!;
          }
        });
      }
    }
    return { ...tokens, x: plus(x, linear(out, at(`${name}.out_proj.weight`))) };
  }

  function layers(tokens: Tokens, cond: Float64Array, prefix: string, index: number): Tokens {
    const { depth, attention: reach, kernelSize = 7 } = levels[index]!;
    let state = tokens;
    for (let i = 0; i < depth; i++) {
      const kernel = reach === "global" ? undefined : kernelSize;
      state = attention(state, cond, `${prefix}.${i}.self_attn`, kernel);
      state = { ...state, x: feedForward(state.x, cond, `${prefix}.${i}.ff`) };
    }
    return state;
  }

  /** TFSA on the frames' middle features; masks [g][l][position]. */
  function fuse(frames: readonly Tokens[], cond: Float64Array) {
    const name = "temporal_encoder.attention_heads";
    const { h, w, d } = frames[0]!;
    const values = frames.map(({ x }) => ada(x, cond, name));
    const keys = values.map((x) => linear(x, at(`${name}.fc1_k.weight`), at(`${name}.fc1_k.bias`)));
    const [groups, dK] = at(`${name}.Q`).shape as [number, number];
    const queries = at(`${name}.Q`).data;
    const masks = Array.from(
      { length: groups },
      () => frames.map(() => new Float64Array(h * w)),
    );
    const collapsed = new Float64Array(h * w * d);
    for (let p = 0; p < h * w; p++) {
      for (let g = 0; g < groups; g++) {
        const shares = softmax(keys.map((key) => {
          let sum = 0;
          for (let e = 0; e < dK; e++) {
            sum += queries[g * dK + e]! * key[(p * groups + g) * dK + e]!;
          }
          return sum / Math.sqrt(dK);
        }));
        shares.forEach((share, l) => {
          masks[g]![l]![p] = share;
          for (let e = g * d / groups; e < (g + 1) * d / groups; e++) {
            collapsed[p * d + e]! += share * values[l]![p * d + e]!;
          }
        });
      }
    }
    const fused = linear(collapsed, at(`${name}.out_proj.weight`));
    return { masks, tokens: { h, w, d, x: feedForward(fused, cond, "temporal_encoder.ff") } };
  }

  /** Eq. 12: masks of the middle grid, resized, weigh the frames' skips. */
  function collapse(
    skips: readonly Tokens[],
    masks: readonly (readonly Float64Array[])[],
    from: { readonly h: number; readonly w: number },
  ): Tokens {
    const { h, w, d } = skips[0]!;
    const group = d / masks.length;
    const out = new Float64Array(h * w * d);
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        const [y, x] = [place(i, from.h, h), place(j, from.w, w)];
        masks.forEach((frames, g) =>
          frames.forEach((mask, l) => {
            const value = (row: number, column: number) => mask[row * from.w + column]!;
            const share = (1 - y.part) *
                ((1 - x.part) * value(y.low, x.low) + x.part * value(y.low, x.high)) +
              y.part * ((1 - x.part) * value(y.high, x.low) + x.part * value(y.high, x.high));
            for (let e = g * group; e < (g + 1) * group; e++) {
              out[(i * w + j) * d + e]! += share * skips[l]!.x[(i * w + j) * d + e]!;
            }
          })
        );
      }
    }
    return { h, w, d, x: out };
  }

  return {
    /** One sample: frames of joined input [H, W, in] to the image [H, W, out]. */
    apply(
      frames: readonly Float64Array[],
      { height, width, cNoise }: {
        readonly height: number;
        readonly width: number;
        readonly cNoise: number;
      },
    ) {
      const cond = conditioning(cNoise);
      const encoded = frames.map((x) => {
        const input = { h: height, w: width, d: options.inChannels, x };
        let state = merge(input, patchSize, at("patch_in.proj.weight"));
        const skips: Tokens[] = [];
        for (let i = 0; i < middle; i++) {
          state = layers(state, cond, `down_levels.${i}`, i);
          skips.push(state);
          state = merge(state, [2, 2], at(`merges.${i}.proj.weight`));
        }
        return { skips, middle: layers(state, cond, "mid_level", middle) };
      });
      const temporal = weights["temporal_encoder.attention_heads.Q"] !== undefined
        ? fuse(encoded.map((frame) => frame.middle), cond)
        : undefined;
      let state = temporal?.tokens ?? encoded[0]!.middle;
      for (let i = middle - 1; i >= 0; i--) {
        const skip = temporal === undefined
          ? encoded[0]!.skips[i]!
          : collapse(encoded.map((frame) => frame.skips[i]!), temporal.masks, temporal.tokens);
        const up = split(state, [2, 2], at(`splits.${i}.proj.weight`));
        const fac = at(`splits.${i}.fac`).data[0]!;
        const x = skip.x.map((value, n) => value + fac * (up.x[n]! - value));
        state = layers({ ...up, x }, cond, `up_levels.${i}`, i);
      }
      const normed = { ...state, x: norm(state.x, at("out_norm.scale").data) };
      return {
        image: split(normed, patchSize, at("patch_out.proj.weight")).x,
        masks: temporal?.masks,
      };
    },
  };
}

/** Source positions of a bilinear resize with half-pixel centres. */
function place(i: number, from: number, to: number) {
  const position = Math.min(Math.max((i + 0.5) * from / to - 0.5, 0), from - 1);
  const low = Math.floor(position);
  return { low, high: Math.min(low + 1, from - 1), part: position - low };
}
