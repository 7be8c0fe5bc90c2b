/**
 * A transformer layer with neighborhood attention, band by band. Windows, logits and hidden features of a
 * band stay in the cache and are never stored for all tokens. Tokens are in tile order, which makes no
 * difference to token-wise operators.
 *
 * @module
 */

import { axisBlocks } from "../../ops/neighborhood_blocks.ts";
import type { Value } from "../graph.ts";
import type { KernelCall } from "../kernel.ts";
import { keyRows, maskClasses, tileRowsPerBand } from "./bands.ts";
import { MICROSOFT, rmsNormalization } from "./fused.ts";
import { feedForward, layerOf, productAndSum, tables, unitAndRotated } from "./layer_parts.ts";

export function neighborhoodLayer(call: KernelCall, kernel: number): Value {
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

  // One scale for all bands, or one per band.
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
    // No reshape here: as the last operator of a band it would copy.
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
