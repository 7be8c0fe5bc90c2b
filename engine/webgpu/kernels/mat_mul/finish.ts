/** WGSL that finishes and writes the results of a matrix product. @module */

import { number, range } from "../../shader.ts";
import { GELU } from "../gelu.ts";
import { patchPlace } from "./operands.ts";
import type { MatMulSpec } from "./spec.ts";

/** WGSL: applies the steps after the product and writes the result. */
export function finish(spec: MatMulSpec, vector: boolean): string {
  const { m, n, batch, gated, patchesOut, plus, bias, residual } = spec;
  const place = patchesOut === undefined
    ? `${batch === 1 ? "" : `batch * ${m * n}u + `}row * ${n}u + column`
    : patchPlace(patchesOut, { row: "row", column: "column" });
  const steps = (type: string) => {
    const at = type === "f32" ? "place" : "place / 4u";
    return `
  ${
      bias
        ? type === "f32"
          ? "value += bias[column];"
          : `value += vec4f(${range(4).map((i) => `bias[column + ${i}u]`).join(", ")});`
        : ""
    }
  ${plus === undefined ? "" : `value += ${number(plus)};`}
  ${gated ? `value *= gelu${type === "f32" ? "1" : ""}(gate);` : ""}
  ${residual ? `value += residual[${at}];` : ""}
  c[${at}] = value;`;
  };
  const helpers = gated ? GELU : "";
  if (vector) {
    return `${helpers}
fn finish(batch : u32, row : u32, column : u32, product : vec4f${gated ? ", gates : vec4f" : ""}) {
  if (column >= ${n}u) { return; }
  let place = ${place};
  var value = product;
  ${gated ? "var gate = gates;" : ""}${steps("vec4f")}
}`;
  }
  return `${helpers}
fn finish1(batch : u32, row : u32, column : u32, product : f32${gated ? ", gates : f32" : ""}) {
  if (column >= ${n}u) { return; }
  let place = ${place};
  var value = product;
  ${gated ? "var gate = gates;" : ""}${steps("f32")}
}
fn finish(batch : u32, row : u32, column : u32, product : vec4f${gated ? ", gates : vec4f" : ""}) {
  ${
    range(4).map((i) =>
      `finish1(batch, row, column + ${i}u, product.${"xyzw"[i]}${
        gated ? `, gates.${"xyzw"[i]}` : ""
      });`
    ).join("\n  ")
  }
}`;
}
