/**
 * Attention, softmax(q·kᵀ)·v, over all tokens or over K×K neighborhoods, without storing logits
 * (FlashAttention, Dao et al. 2022, https://arxiv.org/abs/2205.14135).
 *
 * A workgroup owns a block of rows and iterates over the blocks of columns that its rows can see. Rows are
 * queries and columns are keys; for the gradients by keys and values it is the reverse. In a neighborhood
 * a block of rows is a tile of the grid, its columns are the window that the tile sees, and a test masks
 * each pair (docs/networks.md, "Neighborhood attention").
 *
 * @module
 */

import { type Binding, bindings, type Capabilities, range, type Shader } from "../../shader.ts";
import { ACROSS, COLUMNS, forwardBytes, ROWS_EACH, rowsOrThrow, strideOf } from "./blocks.ts";
import { geometry } from "./geometry.ts";
import {
  attentionInputs,
  type AttentionLayouts,
  type AttentionSpec,
  type Layout,
  nameOf,
  productFlops,
} from "./spec.ts";
import { fillTile, head, pairs, sumsOf, weighted, writeRows } from "./tiles.ts";

/**
 * Shader of the forward pass.
 *
 * Outputs: attended [images, tokens, heads, size], and the logarithm of each query's sum of
 * exponentials [images, heads, tokens].
 *
 * @throws {RangeError} If the device's shared memory is too small.
 */
export function attentionShader(
  spec: AttentionSpec,
  layouts: AttentionLayouts,
  capabilities: Capabilities,
): Shader {
  const { images, height, width, heads, size, float16 = false } = spec;
  const tokens = height * width;
  const bytes = (rows: number) => forwardBytes(rows, size, float16);
  const rows = rowsOrThrow(bytes, size, capabilities);
  const type = float16 ? "vec4<f16>" : "vec4f";
  const down = rows / ROWS_EACH;
  const threads = down * ACROSS;
  const { code: places, blocks } = geometry(spec, { rows, rowsAre: "queries" });
  const stride = strideOf(size);
  const inputs = attentionInputs(layouts);
  const common = { size, tokens, threads, type };
  const out: Layout = { stride: heads * size, offset: 0 };
  const each = (line: (i: number) => string) => range(ROWS_EACH).map(line).join(" ");
  const pairsOf = (line: (i: number, j: number) => string) =>
    range(ROWS_EACH).flatMap((i) => range(4).map((j) => line(i, j))).join(" ");
  const parts = range(Math.ceil(size / 4 / ACROSS));
  const code = `${float16 ? "enable f16;\n" : ""}${
    bindings(inputs.map((name): Binding => [name, "vec4f"]), [["o", "vec4f"], ["sums", "f32"]])
  }
var<workgroup> tileQ : array<${type}, ${rows * stride}>;
// Keys, then weights.
var<workgroup> weights : array<${type}, ${Math.max(COLUMNS * stride, rows * (ACROSS + 1))}>;
var<workgroup> tileV : array<${type}, ${COLUMNS * stride}>;
var<workgroup> across : array<f32, ${rows * ACROSS}>;
${places}
${head(threads, spec)}
  ${
    fillTile("tileQ", {
      ...common,
      source: layouts.q.input,
      count: rows,
      place: "rowPlace(block, $)",
      layout: layouts.q,
    })
  }
  ${each((i) => `let row${i} = rowPlace(block, y + ${down * i}u);`)}
  ${each((i) => `var m${i} = -1e30; var l${i} = 0.0;`)}
  ${sumsOf("o", size)}
  for (var first = 0u; first < window.count; first += ${COLUMNS}u) {
    workgroupBarrier();
    ${
    fillTile("weights", {
      ...common,
      source: layouts.k.input,
      count: COLUMNS,
      place: "columnPlace(window, first + $)",
      layout: layouts.k,
    })
  }
    ${
    fillTile("tileV", {
      ...common,
      source: layouts.v.input,
      count: COLUMNS,
      place: "columnPlace(window, first + $)",
      layout: layouts.v,
    })
  }
    workgroupBarrier();
    ${pairs("s", ["tileQ", "weights"], { size, down })}
    ${
    range(4).map((j) => `let column${j} = columnPlace(window, first + x + ${ACROSS * j}u);`)
      .join(" ")
  }
    ${pairsOf((i, j) => `s${i}${j} = select(-1e30, s${i}${j}, sees(row${i}, column${j}));`)}
    ${
    each((i) =>
      `across[(y + ${down * i}u) * ${ACROSS}u + x] = max(max(s${i}0, s${i}1), max(s${i}2, s${i}3));`
    )
  }
    workgroupBarrier();
    ${
    each((i) => `
    {
      var most = m${i};
      for (var c = 0u; c < ${ACROSS}u; c++) { most = max(most, across[(y + ${
      down * i
    }u) * ${ACROSS}u + c]); }
      let p = vec4f(${
      range(4).map((j) => `select(0.0, exp(s${i}${j} - most), s${i}${j} > -1e29)`).join(", ")
    });
      let old = exp(m${i} - most);
      l${i} = l${i} * old + p.x + p.y + p.z + p.w;
      ${parts.map((part) => `o${i}_${part} *= old;`).join(" ")}
      m${i} = most;
      weights[(y + ${down * i}u) * ${ACROSS + 1}u + x] = ${type}(p);
    }`)
  }
    workgroupBarrier();
    ${weighted("o", "tileV", { size, down })}
  }
  ${each((i) => `across[(y + ${down * i}u) * ${ACROSS}u + x] = l${i};`)}
  workgroupBarrier();
  ${
    each((i) => `
  var total${i} = 0.0;
  for (var c = 0u; c < ${ACROSS}u; c++) { total${i} += across[(y + ${
      down * i
    }u) * ${ACROSS}u + c]; }
  if (x == 0u && row${i}.inside) {
    sums[(image * heads + head) * ${tokens}u + row${i}.token] = m${i} + log(total${i});
  }`)
  }
  ${
    writeRows("o", "o", {
      size,
      down,
      layout: out,
      tokens,
      factor: (i) => `(1.0 / total${i})`,
    })
  }
}
`;
  return {
    name: nameOf("attention", spec),
    code,
    workgroups: [blocks, heads, images],
    flops: 2 * productFlops(spec),
  };
}
