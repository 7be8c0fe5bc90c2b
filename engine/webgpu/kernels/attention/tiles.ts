/** WGSL pieces that the forward and backward attention shaders share. @module */

import { range } from "../../shader.ts";
import { ACROSS, ROWS_EACH, strideOf } from "./blocks.ts";
import type { AttentionSpec, Layout } from "./spec.ts";

/** WGSL: index of the first vector of a head, in vectors of 4. */
function vectorAt({ stride, offset }: Layout, tokens: number, size: number): string {
  return `((image * ${tokens}u + place.token) * ${stride}u + ${offset}u + head * ${size}u) / 4u`;
}

/** WGSL: fills a tile with the rows or columns of an input. */
export function fillTile(
  tile: string,
  { source, count, size, place, layout, tokens, threads, type = "" }: {
    readonly source: string;
    readonly count: number;
    readonly size: number;
    readonly place: string;
    readonly layout: Layout;
    readonly tokens: number;
    readonly threads: number;
    /** Type of the tile's vectors, if it differs from the source's. */
    readonly type?: string;
  },
): string {
  const vectors = size / 4;
  return `
    for (var i = thread; i < ${count * vectors}u; i += ${threads}u) {
      let place = ${place.replace("$", `i / ${vectors}u`)};
      let at = ${vectorAt(layout, tokens, size)} + i % ${vectors}u;
      ${tile}[i / ${vectors}u * ${strideOf(size)}u + i % ${vectors}u] = ${type}(${source}[at]);
    }`;
}

/** WGSL: sums of products of the thread's rows with its columns, over the channels. */
export function pairs(
  sum: string,
  [rowTile, columnTile]: readonly [string, string],
  { size, down }: { readonly size: number; readonly down: number },
): string {
  const stride = strideOf(size);
  return `
    ${range(ROWS_EACH).flatMap((i) => range(4).map((j) => `var ${sum}${i}${j} = 0.0;`)).join(" ")}
    for (var c = 0u; c < ${size / 4}u; c++) {
      ${
    range(ROWS_EACH).map((i) => `let r${i} = ${rowTile}[(y + ${down * i}u) * ${stride}u + c];`)
      .join(" ")
  }
      ${
    range(4).map((j) => `let c${j} = ${columnTile}[(x + ${ACROSS * j}u) * ${stride}u + c];`)
      .join(" ")
  }
      ${
    range(ROWS_EACH).flatMap((i) =>
      range(4).map((j) => `${sum}${i}${j} += f32(dot(r${i}, c${j}));`)
    )
      .join(" ")
  }
    }`;
}

/** WGSL: adds weights·columns to the thread's part of the rows' sums. */
export function weighted(
  sum: string,
  columnTile: string,
  { size, down }: { readonly size: number; readonly down: number },
): string {
  const vectors = size / 4;
  const stride = strideOf(size);
  const parts = range(Math.ceil(vectors / ACROSS));
  return `
    for (var c = 0u; c < ${ACROSS}u; c++) {
      ${
    range(ROWS_EACH).map((i) => `let w${i} = weights[(y + ${down * i}u) * ${ACROSS + 1}u + c];`)
      .join(" ")
  }
      ${
    range(4).flatMap((j) =>
      parts.map((p) => {
        const inTile = `(c + ${ACROSS * j}u) * ${stride}u + x + ${ACROSS * p}u`;
        const adds = range(ROWS_EACH).map((i) =>
          `${sum}${i}_${p} += vec4f(w${i}.${"xyzw"[j]} * t${j}_${p});`
        ).join(" ");
        return `let t${j}_${p} = ${columnTile}[${inTile}]; ${adds}`;
      })
    ).join("\n      ")
  }
    }`;
}

/** WGSL: writes the thread's part of the rows' results. */
export function writeRows(
  sum: string,
  array: string,
  { size, down, layout, tokens, factor }: {
    readonly size: number;
    readonly down: number;
    readonly layout: Layout;
    readonly tokens: number;
    readonly factor?: (i: number) => string;
  },
): string {
  const vectors = size / 4;
  return range(ROWS_EACH).map((i) => `
    {
      let place = rowPlace(block, y + ${down * i}u);
      if (place.inside) {
        let at = ${vectorAt(layout, tokens, size)} + x;
        ${
    range(Math.ceil(vectors / ACROSS)).map((p) => {
      const write = `${array}[at + ${ACROSS * p}u] = ${sum}${i}_${p}${
        factor === undefined ? "" : ` * ${factor(i)}`
      };`;
      return vectors % ACROSS === 0 ? write : `if (x + ${ACROSS * p}u < ${vectors}u) { ${write} }`;
    }).join(" ")
  }
      }
    }`).join("");
}

export const sumsOf = (sum: string, size: number) =>
  range(ROWS_EACH).flatMap((i) =>
    range(Math.ceil(size / 4 / ACROSS)).map((p) => `var ${sum}${i}_${p} = vec4f();`)
  ).join(" ");

export const head = (threads: number, spec: AttentionSpec) => `
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(local_invocation_index) thread : u32
) {
  let block = group.x;
  let head = group.y;
  let image = group.z;
  let x = thread % ${ACROSS}u;
  let y = thread / ${ACROSS}u;
  let heads = ${spec.heads}u;
  let window = windowOf(block);`;
