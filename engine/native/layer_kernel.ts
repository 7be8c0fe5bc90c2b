/**
 * A transformer layer as onnxruntime runs it best. Global attention: whole matrices and attention in
 * one operator. Neighborhood attention: bands of one tile row each, so that windows, logits and hidden
 * features stay in the cache and none of them is ever whole in memory; tokens in the order of the
 * tiles, which token-wise operators do not notice.
 *
 * @module
 */

import { type AxisBlocks, axisBlocks, penalties } from "../ops/neighborhood_blocks.ts";
import type { LayerAttrs } from "../ops/transformer_layer.ts";
import {
  gatedGelu,
  MICROSOFT,
  multiHeadAttention,
  rmsNormalization,
  rotaryEmbedding,
} from "./fused_kernels.ts";
import { sizeOf, type Value } from "./graph.ts";
import type { GraphBuilder } from "./graph_builder.ts";
import type { KernelCall, TracedKernel } from "./kernels.ts";

/** Weights in the form in which they are used. */
interface Layer {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly out: Value;
  readonly value: Value;
  readonly gate: Value;
  readonly down: Value;
  readonly headScale: Value;
  readonly heads: number;
  /** Channels of a head. */
  readonly size: number;
  readonly epsilon: number;
}

/** cos and sin, a row for every head of every token. */
interface Angles {
  readonly cos: Value;
  readonly sin: Value;
}

/** The kernel. */
export const transformerLayerKernel: TracedKernel = (call) => {
  const { kernel } = call.attrs as LayerAttrs;
  return kernel === 0 ? globalLayer(call) : neighborhoodLayer(call, kernel);
};

function layerOf({ builder, named, attrs }: KernelCall): Layer {
  const width = named.x!.shape.at(-1)!;
  const hidden = named.down!.shape[0]!;
  const [q, k, v] = builder.split(named.qkv!, [width, width, width], 1) as [Value, Value, Value];
  const [value, gate] = builder.split(named.up!, [hidden, hidden], 1) as [Value, Value];
  const heads = named.headScale!.shape[0]!;
  const { out, down, headScale } = named as Record<string, Value>;
  const { epsilon } = attrs as LayerAttrs;
  const size = width / heads;
  return {
    q,
    k,
    v,
    out: out!,
    value,
    gate,
    down: down!,
    headScale: headScale!,
    heads,
    size,
    epsilon,
  };
}

/** a·b + c over matrices. */
function productAndSum(b: GraphBuilder, [x, weight, sum]: readonly [Value, Value, Value]): Value {
  return b.one("Gemm", [x, weight, sum], sum.shape);
}

/** Normalised, projected, of unit length and rotated: [N, rows of heads, size]. */
function unitAndRotated(
  b: GraphBuilder,
  x: Value,
  { weight, layer: { size, epsilon }, angles, images = 1 }: {
    readonly weight: Value;
    readonly layer: Layer;
    readonly angles: Angles;
    readonly images?: number;
  },
): Value {
  const rows = b.reshape(b.matMul(x, weight), [x.shape[0]! * weight.shape[1]! / size, size]);
  // x/√(Σ x² + ε) = x/√(mean x² + ε/size)/√size
  const [unit] = rmsNormalization(b, rows, {
    scale: b.uniform(1 / Math.sqrt(size), [size]),
    epsilon: epsilon / size,
  });
  return rotaryEmbedding(b, b.reshape(unit, [images, rows.shape[0]! / images, size]), angles);
}

/** x + W_down·(W_value·n ⊙ GELU(W_gate·n)). */
function feedForward(b: GraphBuilder, x: Value, { normed, layer }: {
  readonly normed: Value;
  readonly layer: Layer;
}): Value {
  const hidden = gatedGelu(b, b.matMul(normed, layer.value), b.matMul(normed, layer.gate));
  return productAndSum(b, [hidden, layer.down, x]);
}

function globalLayer(call: KernelCall): Value {
  const { builder: b, named } = call;
  const layer = layerOf(call);
  const { heads, size } = layer;
  const [n, height, width, channels] = named.x!.shape as [number, number, number, number];
  const tokens = height * width;
  const norm = (x: Value, scale: Value) => {
    const samples = scale.shape[0]!;
    const { epsilon } = layer;
    if (samples === 1) {
      return rmsNormalization(b, x, { scale: b.reshape(scale, [channels]), epsilon })[0];
    }
    const unit = rmsNormalization(b, x, { scale: b.uniform(1, [channels]), epsilon })[0];
    const each = b.reshape(unit, [samples, n * tokens / samples, channels]);
    return b.reshape(b.binary("Mul", each, b.reshape(scale, [samples, 1, channels])), x.shape);
  };
  const x = b.reshape(named.x!, [n * tokens, channels]);
  const normed = norm(x, named.attentionNorm!);
  const angles = tables(b, named, (table) => table);
  const turned = (weight: Value) => unitAndRotated(b, normed, { weight, layer, angles, images: n });
  const bySequence = (value: Value) => b.reshape(value, [n, tokens, channels]);
  const q = b.binary(
    "Mul",
    b.reshape(turned(layer.q), [n * tokens, heads, size]),
    b.reshape(layer.headScale, [1, heads, 1]),
  );
  const attended = multiHeadAttention(b, [
    bySequence(q),
    bySequence(turned(layer.k)),
    bySequence(b.matMul(normed, layer.v)),
  ], heads);
  const flat = b.reshape(attended, [n * tokens, channels]);
  const middle = productAndSum(b, [flat, layer.out, x]);
  const y = feedForward(b, middle, { normed: norm(middle, named.feedForwardNorm!), layer });
  return b.reshape(y, named.x!.shape);
}

/** The angles [rows, half] in another order of tokens. */
function tables(
  b: GraphBuilder,
  { cos, sin }: Readonly<Record<string, Value>>,
  order: (table: Value) => Value,
): Angles {
  const make = (table: Value) => {
    const half = table.shape.at(-1)!;
    return b.reshape(order(table), [sizeOf(table.shape) / half, half]);
  };
  return { cos: make(cos!), sin: make(sin!) };
}

function neighborhoodLayer(call: KernelCall, kernel: number): Value {
  const { builder: b, named } = call;
  const layer = layerOf(call);
  const { heads, size, epsilon } = layer;
  const [n, height, width, channels] = named.x!.shape as [number, number, number, number];
  const [rows, columns] = [axisBlocks(height, kernel), axisBlocks(width, kernel)];
  const { tile } = rows;
  const [down, across] = [height / tile, width / tile];
  const high = tileRowsPerBand(down, tile * width);
  const bandsOfOne = down / high;
  const bands = n * bandsOfOne;
  const tiles = high * across;
  const perBand = tiles * tile * tile;
  const [queries, keys] = [tile * tile, rows.window * columns.window];

  // Tokens in the order (image, tile row, tile column, row, column).
  const split = [down, tile, across, tile];
  const x = b.reshape(
    b.transpose(b.reshape(named.x!, [n, ...split, channels]), [0, 1, 3, 2, 4, 5]),
    [bands, perBand, channels],
  );
  const angles = tables(b, named, (table) => {
    const last = table.shape.slice(2);
    return b.transpose(b.reshape(table, [...split, ...last]), [0, 2, 1, 3, 4, 5]);
  });
  const half = angles.cos.shape[1]!;
  const byBand = (table: Value) => b.reshape(table, [bandsOfOne, perBand * heads, half]);
  const cos = byBand(angles.cos);
  const sin = byBand(angles.sin);
  const row = b.constant(
    Int32Array.from({ length: bands }, (_, i) => i % bandsOfOne),
    [bands],
    "int32",
  );

  // One scale for all bands, or one for each.
  const samples = named.attentionNorm!.shape[0]!;
  const sample = Int32Array.from({ length: bands }, (_, i) => Math.floor(i * samples / bands));
  const scaleOf = (scale: Value) =>
    samples === 1
      ? { outer: b.reshape(scale, [channels]), scanned: [] }
      : { outer: undefined, scanned: [b.gather(scale, b.constant(sample, [bands], "int32"), 0)] };

  const first = scaleOf(named.attentionNorm!);
  const [q, k, v] = b.scan([x, row, ...first.scanned], (inner, [band, index, scale]) => {
    const normed = rmsNormalization(inner, band!, { scale: scale ?? first.outer!, epsilon })[0];
    const own = { cos: inner.gather(cos, index!, 0), sin: inner.gather(sin, index!, 0) };
    // No reshape at the end: as the last operator of a band it would copy.
    const turned = (weight: Value) => unitAndRotated(inner, normed, { weight, layer, angles: own });
    return [turned(layer.q), turned(layer.k), inner.matMul(normed, layer.v)];
  }) as [Value, Value, Value];

  const flat = (value: Value) => b.reshape(value, [bands * perBand * heads, size]);
  const [allKeys, allValues] = [flat(k), flat(v)];
  const windows = b.constant(
    keyRows({ rows, columns, images: n, heads, high, height, width }),
    [bands, heads * tiles, keys],
    "int32",
  );
  const { masks, classOf } = maskClasses(rows, columns, high);
  const classes = masks.length / (tiles * queries * keys);
  const mask = b.constant(masks, [classes, tiles, queries, keys], "float32");
  const maskNumber = b.constant(
    Int32Array.from({ length: bands }, (_, i) => classOf[i % bandsOfOne]!),
    [bands],
    "int32",
  );
  const second = scaleOf(named.feedForwardNorm!);
  const scanned = [x, q, windows, maskNumber, ...second.scanned];
  const [y] = b.scan(scanned, (inner, [band, query, window, number, scale]) => {
    const perHead = inner.transpose(inner.reshape(query!, [perBand, heads, size]), [1, 0, 2]);
    const scaled = inner.binary("Mul", perHead, inner.reshape(layer.headScale, [heads, 1, 1]));
    const pick = (all: Value) =>
      inner.reshape(inner.gather(all, window!, 0), [heads, tiles, keys, size]);
    const logits = inner.one(
      "FusedMatMul",
      [inner.reshape(scaled, [heads, tiles, queries, size]), pick(allKeys)],
      [heads, tiles, queries, keys],
      { domain: MICROSOFT, attributes: { transB: 1 } },
    );
    const masked = inner.binary("Add", logits, inner.gather(mask, number!, 0));
    const weights = inner.one("Softmax", [masked], masked.shape, { attributes: { axis: -1 } });
    const attended = inner.matMul(weights, pick(allValues));
    const tokens = inner.transpose(inner.reshape(attended, [heads, perBand, size]), [1, 0, 2]);
    const joined = inner.reshape(tokens, [perBand, channels]);
    const middle = productAndSum(inner, [joined, layer.out, band!]);
    const normed = rmsNormalization(inner, middle, { scale: scale ?? second.outer!, epsilon })[0];
    return [feedForward(inner, middle, { normed, layer })];
  });
  const back = [n, down, across, tile, tile, channels];
  return b.reshape(b.transpose(b.reshape(y!, back), [0, 1, 3, 2, 4, 5]), named.x!.shape);
}

/** Rows of all heads of all tokens, in tile order, that are the keys of each window. */
function keyRows(
  { rows, columns, images, heads, high: perBand, height, width }: {
    /** Tile rows per band. */
    readonly high: number;
    readonly rows: AxisBlocks;
    readonly columns: AxisBlocks;
    readonly images: number;
    readonly heads: number;
    readonly height: number;
    readonly width: number;
  },
): Int32Array {
  const { tile, window: high } = rows;
  const { window: wide } = columns;
  const [down, across] = [height / tile, width / tile];
  const out = new Int32Array(images * down * heads * across * high * wide);
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (let first = 0; first < down; first += perBand) {
      for (let head = 0; head < heads; head++) {
        for (let tileOfBand = 0; tileOfBand < perBand * across; tileOfBand++) {
          const block = tileOfBand % across;
          const tileRow = first + Math.floor(tileOfBand / across);
          for (let i = 0; i < high; i++) {
            const y = rows.keyStarts[tileRow]! + i;
            for (let j = 0; j < wide; j++) {
              const x = columns.keyStarts[block]! + j;
              const tileNumber = (image * down + Math.floor(y / tile)) * across +
                Math.floor(x / tile);
              const token = tileNumber * tile * tile + (y % tile) * tile + x % tile;
              out[at++] = token * heads + head;
            }
          }
        }
      }
    }
  }
  return out;
}

/** Most tokens of a band: what a band needs at once stays in the cache. */
const BAND_TOKENS = 4096;

/** Tile rows that make a band: as many as divide all and stay below {@linkcode BAND_TOKENS}. */
function tileRowsPerBand(down: number, tokensPerRow: number): number {
  let rows = 1;
  for (let i = 2; i <= down; i++) {
    if (down % i === 0 && i * tokensPerRow <= BAND_TOKENS) rows = i;
  }
  return rows;
}

/** The masks of a band: those at the borders differ, those between are the same. */
function maskClasses(
  rows: AxisBlocks,
  columns: AxisBlocks,
  high: number,
): { masks: Float32Array; classOf: readonly number[] } {
  const bands = Array.from(
    { length: rows.sees.length / high },
    (_, i) => rows.sees.slice(i * high, (i + 1) * high),
  );
  const patterns = bands.map((band) => JSON.stringify(band));
  const distinct = [...new Set(patterns)];
  const { tile, window } = rows;
  const across = columns.sees.length;
  const keys = window * columns.window;
  const masks = new Float32Array(distinct.length * high * across * tile * tile * keys);
  let at = 0;
  for (const pattern of distinct) {
    for (const sees of JSON.parse(pattern) as typeof rows.sees) {
      const vertical = penalties([sees]);
      for (let block = 0; block < across; block++) {
        const horizontal = penalties([columns.sees[block]!]);
        for (let query = 0; query < tile * tile; query++) {
          const [y, x] = [Math.floor(query / tile), query % tile];
          for (let i = 0; i < window; i++) {
            for (let j = 0; j < columns.window; j++) {
              masks[at++] = vertical[y * window + i]! + horizontal[x * columns.window + j]!;
            }
          }
        }
      }
    }
  }
  return { masks, classOf: patterns.map((pattern) => distinct.indexOf(pattern)) };
}
