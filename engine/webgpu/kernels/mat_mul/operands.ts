/** WGSL that reads the operands of a matrix product. @module */

import { range } from "../../shader.ts";
import type { MatMulSpec, Patches } from "./spec.ts";

/** WGSL: memory index of a row and column of an image's patches. */
export function patchPlace(
  { tokenRows, tokenColumns, patchRows, patchColumns, channels }: Patches,
  { row, column }: { row: string; column: string },
): string {
  const rowSize = patchColumns * channels;
  const width = tokenColumns * patchColumns;
  const line = `(${row} / ${tokenRows * tokenColumns}u * ${tokenRows}u + ` +
    `${row} / ${tokenColumns}u % ${tokenRows}u) * ${patchRows}u + ${column} / ${rowSize}u`;
  return `((${line}) * ${width}u + ${row} % ${tokenColumns}u * ${patchColumns}u) * ${channels}u + ` +
    `${column} % ${rowSize}u`;
}

/** WGSL: reads four consecutive elements of A, zeros outside. */
export function loadA(spec: MatMulSpec, vector: boolean): string {
  const { m, k, transposeA, sharedA, patchesIn } = spec;
  const base = sharedA || spec.batch === 1 ? "" : `batch * ${m * k}u + `;
  const place = patchesIn !== undefined
    ? patchPlace(
      patchesIn,
      transposeA ? { row: "depth", column: "row" } : { row: "row", column: "depth" },
    )
    : transposeA
    ? `${base}depth * ${m}u + row`
    : `${base}row * ${k}u + depth`;
  const [fast, limit] = transposeA ? ["row", m] : ["depth", k];
  return lines("loadA", "row : u32, depth : u32", {
    inside: `row < ${m}u && depth < ${k}u`,
    place,
    fast: fast as string,
    limit: limit as number,
    vector,
    array: "a",
  });
}

/** WGSL: reads the scales of four consecutive columns of A for a row. */
export function scaleA({ m, k, columnScale }: MatMulSpec, vector: boolean): string {
  if (columnScale === undefined) return "";
  const { groups } = columnScale;
  return lines("scaleA", "row : u32, depth : u32", {
    inside: `row < ${m}u && depth < ${k}u`,
    place: `row / ${m / groups}u * ${k}u + depth`,
    fast: "depth",
    limit: k,
    vector,
    array: "columnScale",
  });
}

/** WGSL: reads four consecutive elements of B, zeros outside. */
export function loadB(
  { k, batch, transposeB, sharedB, patchesOfB, halfB }: MatMulSpec,
  { vector, columns }: { vector: boolean; columns: number },
): string {
  const base = sharedB || batch === 1 ? "" : `batch * ${columns * k}u + `;
  const place = patchesOfB !== undefined
    ? patchPlace(patchesOfB, { row: "depth", column: "column" })
    : transposeB
    ? `${base}column * ${k}u + depth`
    : `${base}depth * ${columns}u + column`;
  const [fast, limit] = transposeB ? ["depth", k] : ["column", columns];
  return lines("loadB", "depth : u32, column : u32", {
    inside: `depth < ${k}u && column < ${columns}u`,
    place,
    fast: fast as string,
    limit: limit as number,
    vector,
    array: "b",
    half: halfB,
  });
}

/** WGSL of a function that reads four consecutive elements. */
function lines(
  name: string,
  parameters: string,
  { inside, place, fast, limit, vector, array, half }: {
    inside: string;
    place: string;
    fast: string;
    limit: number;
    vector: boolean;
    array: string;
    half?: boolean | undefined;
  },
): string {
  if (vector) {
    return `fn ${name}(batch : u32, ${parameters}) -> vec4f {
  if (!(${inside})) { return vec4f(); }
  return ${half ? "vec4f" : ""}(${array}[(${place}) / 4u]);
}`;
  }
  const [first, second] = parameters.split(", ").map((one) => one.split(" ")[0]!);
  const one = `fn ${name}1(batch : u32, ${parameters}) -> f32 {
  if (!(${inside})) { return 0.0; }
  return ${array}[${place}];
}`;
  const at = (i: number) => [first, second].map((x) => x === fast ? `${x} + ${i}u` : x).join(", ");
  return `${one}
fn ${name}(batch : u32, ${parameters}) -> vec4f {
  if (${fast} >= ${limit}u) { return vec4f(); }
  return vec4f(${range(4).map((i) => `${name}1(batch, ${at(i)})`).join(", ")});
}`;
}
