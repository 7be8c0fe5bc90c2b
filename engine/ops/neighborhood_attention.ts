/**
 * Neighborhood attention in blocks (docs/networks.md, "Neighborhood attention"): each tile of queries
 * attends to one shared window of keys, a batched matrix product, instead of 49 gathered keys per query.
 *
 * Along one axis of size n with kernel K, query i sees keys c … c + K − 1 with
 * c = clamp(i − ⌊K/2⌋, 0, n − K): the window is shifted inward at borders.
 *
 * @module
 */

import { type Tensor, type Tensor3D, tf } from "../tfjs.ts";
import { BLOCK_ELEMENTS } from "./in_blocks.ts";
import { type AxisBlocks, axisBlocks, penalties } from "./neighborhood_blocks.ts";
import { takeAxis } from "./take_axis.ts";

/** Positions start, start + 1, … of every block. */
function positions(starts: readonly number[], length: number): number[] {
  return starts.flatMap((start) => Array.from({ length }, (_, i) => start + i));
}

/**
 * softmax(q·k over the K×K neighborhood)·v; no scale is applied.
 *
 * @param q Queries [N, height·width, heads, dHead], prepared (normalised and rotated).
 * @param k Keys, like q.
 * @param v Values, like q.
 * @param kernel K, odd.
 * @param blockElements Elements of an intermediate at most. Default {@linkcode BLOCK_ELEMENTS}.
 * @returns [N, height·width, heads·dHead].
 * @throws {RangeError} If a side is shorter than K.
 */
export function neighborhoodAttention(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  { height, width, kernel, blockElements = BLOCK_ELEMENTS }: {
    readonly height: number;
    readonly width: number;
    readonly kernel: number;
    readonly blockElements?: number;
  },
): Tensor {
  const [n, , heads, dHead] = q.shape as [number, number, number, number];
  const rows = axisBlocks(height, kernel);
  const columns = axisBlocks(width, kernel);
  const channels = heads * dHead;
  const asGrid = (x: Tensor) => x.reshape([n, height, width, channels]);
  const images = { q: asGrid(q), k: asGrid(k), v: asGrid(v) };

  const blockRows = rows.queryStarts.length;
  const keys = rows.window * columns.window;
  const perBlockRow = n * columns.queryStarts.length * heads *
    Math.max(rows.tile * columns.tile * keys, keys * dHead);
  const atOnce = Math.max(1, Math.floor(blockElements / perBlockRow));
  const bands: Tensor[] = [];
  for (let first = 0; first < blockRows; first += atOnce) {
    const last = Math.min(first + atOnce, blockRows);
    bands.push(tf.tidy(() => band(images, { first, last, rows, columns, heads })));
  }
  const tiled = bands.length === 1 ? bands[0]! : tf.concat(bands, 1);
  const inRows = takeAxis(tiled, rows.queryPositions, 1);
  return takeAxis(inRows, columns.queryPositions, 2).reshape([n, height * width, channels]);
}

/** Attention of the block rows first … last − 1: [N, rows·tile, columns·tile, channels]. */
function band(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  { first, last, rows, columns, heads }: {
    readonly first: number;
    readonly last: number;
    readonly rows: AxisBlocks;
    readonly columns: AxisBlocks;
    readonly heads: number;
  },
): Tensor {
  const [n, , , channels] = q.shape as [number, number, number, number];
  const dHead = channels / heads;
  const [nr, nc] = [last - first, columns.queryStarts.length];
  const batch = n * nr * nc * heads;

  // [N, H, W, C] → [N·nr·nc·heads, tileRows·tileColumns, dHead]
  const split = (x: Tensor, [h, w]: readonly [number, number], picks: readonly number[][]) => {
    const picked = takeAxis(takeAxis(x, picks[0]!, 1), picks[1]!, 2);
    const blocks = picked.reshape([n * nr, h, nc, w, heads, dHead]);
    return tf.transpose(blocks, [0, 2, 4, 1, 3, 5]).reshape([batch, h * w, dHead]) as Tensor3D;
  };
  const queryPicks = [
    positions(rows.queryStarts.slice(first, last), rows.tile),
    positions(columns.queryStarts, columns.tile),
  ];
  const keyPicks = [
    positions(rows.keyStarts.slice(first, last), rows.window),
    positions(columns.keyStarts, columns.window),
  ];
  const queries = split(q, [rows.tile, columns.tile], queryPicks);
  const keys = split(k, [rows.window, columns.window], keyPicks);
  const values = split(v, [rows.window, columns.window], keyPicks);

  const logits = tf.matMul(queries, keys, false, true);
  const [queryCount, keyCount] = [rows.tile * columns.tile, rows.window * columns.window];
  const penalty = tf.add(
    tf.tensor(penalties(rows.sees.slice(first, last)), [nr, 1, rows.tile, 1, rows.window, 1]),
    tf.tensor(penalties(columns.sees), [1, nc, 1, columns.tile, 1, columns.window]),
  ).reshape([1, nr * nc, 1, queryCount, keyCount]);
  const masked = tf.add(logits.reshape([n, nr * nc, heads, queryCount, keyCount]), penalty);
  const attended = tf.matMul(
    tf.softmax(masked.reshape([batch, queryCount, keyCount])) as Tensor3D,
    values,
  );
  const tiles = attended.reshape([n * nr, nc, heads, rows.tile, columns.tile, dHead]);
  return tf.transpose(tiles, [0, 3, 1, 4, 2, 5])
    .reshape([n, nr * rows.tile, nc * columns.tile, channels]);
}
