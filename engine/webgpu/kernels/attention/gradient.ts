/** Gradients of attention by queries, and by keys and values. @module */

import { type Binding, bindings, type Capabilities, range, type Shader } from "../../shader.ts";
import { ACROSS, backwardBytes, COLUMNS, ROWS_EACH, rowsOrThrow, strideOf } from "./blocks.ts";
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
 * Shader of Σ dO ⊙ O of each query [images, heads, tokens], from dO and O [images, tokens, heads, size].
 */
export function attentionDeltaShader(spec: AttentionSpec): Shader {
  const { images, height, width, heads, size } = spec;
  const count = images * height * width * heads;
  const tokens = height * width;
  const threads = 64;
  const groups = Math.ceil(count / threads);
  const rows = Math.ceil(groups / 65535);
  return {
    name: nameOf("attention delta", spec),
    workgroups: [Math.ceil(groups / rows), rows, 1],
    code: `${bindings([["dO", "vec4f"], ["o", "vec4f"]], [["delta", "f32"]])}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_index) thread : u32
) {
  let at = (group.y * groups.x + group.x) * ${threads}u + thread;
  if (at >= ${count}u) { return; }
  var sum = 0.0;
  for (var c = 0u; c < ${size / 4}u; c++) {
    sum += dot(dO[at * ${size / 4}u + c], o[at * ${size / 4}u + c]);
  }
  let head = at % ${heads}u;
  let token = at / ${heads}u;
  delta[(token / ${tokens}u * ${heads}u + head) * ${tokens}u + token % ${tokens}u] = sum;
}
`,
  };
}

/**
 * Shader of the gradients by queries, or by keys and values.
 *
 * With P the weights and D = Σ dO ⊙ O: dS = P ⊙ (dO·Vᵀ − D), dQ = dS·K, dK = dSᵀ·Q, dV = Pᵀ·dO.
 *
 * Inputs: q, k and v in their layouts, dO [images, tokens, heads, size], sums and delta
 * [images, heads, tokens]. Outputs: dQ like dO, or dK and dV [images, tokens, 2, heads, size].
 *
 * @throws {RangeError} If the device's shared memory is too small.
 */
export function attentionGradientShader(
  spec: AttentionSpec,
  { by, layouts, capabilities }: {
    readonly by: "queries" | "keys";
    readonly layouts: AttentionLayouts;
    readonly capabilities: Capabilities;
  },
): Shader {
  const { images, height, width, heads, size } = spec;
  const tokens = height * width;
  const rows = rowsOrThrow(backwardBytes, size, capabilities);
  const down = rows / ROWS_EACH;
  const threads = down * ACROSS;
  const { code: places, blocks } = geometry(spec, { rows, rowsAre: by });
  const stride = strideOf(size);
  const channels = heads * size;
  const layout: Layout = { stride: channels, offset: 0 };
  const common = { size, tokens, threads };
  const sources: Readonly<Record<string, { source: string; layout: Layout }>> = {
    q: { source: layouts.q.input, layout: layouts.q },
    k: { source: layouts.k.input, layout: layouts.k },
    v: { source: layouts.v.input, layout: layouts.v },
    dO: { source: "dO", layout },
  };
  const each = (line: (i: number) => string) => range(ROWS_EACH).map(line).join(" ");
  const pairsOf = (line: (i: number, j: number) => string) =>
    range(ROWS_EACH).flatMap((i) => range(4).map((j) => line(i, j))).join(" ");
  const [first, second, firstOfColumns, secondOfColumns] = by === "queries"
    ? ["q", "dO", "k", "v"]
    : ["k", "v", "q", "dO"];
  const fillRows = (tile: string, source: string) =>
    fillTile(tile, { ...common, ...sources[source]!, count: rows, place: "rowPlace(block, $)" });
  const fillColumns = (source: string) =>
    fillTile("tileC", {
      ...common,
      ...sources[source]!,
      count: COLUMNS,
      place: "columnPlace(window, first + $)",
    });
  const statistics = (array: string, place: string) =>
    `${array}[(image * heads + head) * ${tokens}u + ${place}.token]`;
  const sumsAt = (i: number, j: number) => by === "queries" ? `sum${i}` : `sum${j}`;
  const deltaAt = (i: number, j: number) => by === "queries" ? `delta${i}` : `delta${j}`;
  const writeWeights = (name: string) =>
    each((i) =>
      `weights[(y + ${down * i}u) * ${ACROSS + 1}u + x] = vec4f(${
        range(4).map((j) => `${name}${i}${j}`).join(", ")
      });`
    );
  const code = `${
    bindings(
      [
        ...attentionInputs(layouts).map((name): Binding => [name, "vec4f"]),
        ["dO", "vec4f"],
        ["sums", "f32"],
        ["delta", "f32"],
      ],
      [[by === "queries" ? "dQ" : "dKV", "vec4f"]],
    )
  }
var<workgroup> tileA : array<vec4f, ${rows * stride}>;
var<workgroup> tileB : array<vec4f, ${rows * stride}>;
var<workgroup> tileC : array<vec4f, ${COLUMNS * stride}>;
var<workgroup> weights : array<vec4f, ${rows * (ACROSS + 1)}>;
${places}
${head(threads, spec)}
  ${fillRows("tileA", first!)}
  ${fillRows("tileB", second!)}
  ${each((i) => `let row${i} = rowPlace(block, y + ${down * i}u);`)}
  ${
    by === "queries"
      ? each((i) =>
        `let sum${i} = ${statistics("sums", `row${i}`)}; let delta${i} = ${
          statistics("delta", `row${i}`)
        };`
      )
      : ""
  }
  ${sumsOf("g", size)}
  ${by === "keys" ? sumsOf("h", size) : ""}
  for (var first = 0u; first < window.count; first += ${COLUMNS}u) {
    ${
    range(4).map((j) => `let column${j} = columnPlace(window, first + x + ${ACROSS * j}u);`)
      .join(" ")
  }
    ${
    by === "keys"
      ? range(4).map((j) =>
        `let sum${j} = ${statistics("sums", `column${j}`)}; let delta${j} = ${
          statistics("delta", `column${j}`)
        };`
      ).join(" ")
      : ""
  }
    workgroupBarrier();
    ${fillColumns(firstOfColumns!)}
    workgroupBarrier();
    ${pairs("s", ["tileA", "tileC"], { size, down })}
    ${
    pairsOf((i, j) =>
      `s${i}${j} = select(0.0, exp(s${i}${j} - ${sumsAt(i, j)}), sees(row${i}, column${j}));`
    )
  }
    workgroupBarrier();
    ${fillColumns(secondOfColumns!)}
    ${by === "keys" ? writeWeights("s") : ""}
    workgroupBarrier();
    ${pairs("d", ["tileB", "tileC"], { size, down })}
    ${by === "keys" ? weighted("h", "tileC", { size, down }) : ""}
    ${pairsOf((i, j) => `d${i}${j} = s${i}${j} * (d${i}${j} - ${deltaAt(i, j)});`)}
    workgroupBarrier();
    ${fillColumns(firstOfColumns!)}
    ${writeWeights("d")}
    workgroupBarrier();
    ${weighted("g", "tileC", { size, down })}
  }
  ${
    by === "queries"
      ? writeRows("g", "dQ", { size, down, layout, tokens })
      : writeRows("g", "dKV", { size, down, tokens, layout: { stride: 2 * channels, offset: 0 } }) +
        writeRows("h", "dKV", {
          size,
          down,
          tokens,
          layout: { stride: 2 * channels, offset: channels },
        })
  }
}
`;
  return {
    name: nameOf(`attention gradient by ${by}`, spec),
    code,
    workgroups: [blocks, heads, images],
    flops: (by === "queries" ? 3 : 4) * productFlops(spec),
  };
}
