/**
 * Matrix products: every thread computes a block of the output in registers from two tiles in shared
 * memory, while the next tiles are on their way from memory.
 *
 * Tiles are filled in blocks of 4×4 numbers, turned around in registers where an operand's rows are
 * not along its tile's rows, so that one inner loop serves all forms. What comes before and after a
 * product is done on the way: scales of the columns of A, norms of its rows (their squares are added
 * up as they pass by), bias, activation, gate, residual, and other places to read A from and to write
 * to.
 *
 * @module
 */

import { type Binding, bindings, number, type Shader } from "../shader.ts";

/** How the work is cut. */
export interface MatMulTiling {
  /** Rows and columns of a workgroup's part of the output, depth of the tiles. */
  readonly tileM: number;
  readonly tileN: number;
  readonly tileK: number;
  /** Rows and columns of a thread's part: multiples of 4. */
  readonly threadM: number;
  readonly threadN: number;
}

/** A product C = A·B, batch by batch. */
export interface MatMulSpec {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is [k, m]. */
  readonly transposeA?: boolean;
  /** B is [n, k]. */
  readonly transposeB?: boolean;
  /** One A, or one B, for all batches. */
  readonly sharedA?: boolean;
  readonly sharedB?: boolean;
  /** Column scales of A, not transposed: [groups, k]; m/groups rows follow each other in a group. */
  readonly columnScale?: { readonly groups: number };
  /** Rows of A over the root of their mean square + this. */
  readonly normalise?: number;
  /** Added to every number of the output. */
  readonly plus?: number;
  /** [n], added. */
  readonly bias?: boolean;
  /** B has 2·n columns; the output is value·GELU(gate), the gate from column n on. */
  readonly gated?: boolean;
  /** Added to the output, like it. */
  readonly residual?: boolean;
  /** A's rows (columns if transposed) are patches of an image [.., height, width, channels]. */
  readonly patchesIn?: Patches;
  /** B's rows are patches of an image. */
  readonly patchesOfB?: Patches;
  /** The output's rows are patches of an image. */
  readonly patchesOut?: Patches;
  /** Multiply in float16; sums over more than a tile's depth are float32. */
  readonly float16?: boolean;
  /** B is float16, four numbers at a time. */
  readonly halfB?: boolean;
}

/** Patches of an image. */
export interface Patches {
  /** Tokens along the image's axes. */
  readonly tokenRows: number;
  readonly tokenColumns: number;
  /** Pixels of a patch along them. */
  readonly patchRows: number;
  readonly patchColumns: number;
  /** Of a pixel. */
  readonly channels: number;
}

/** Tilings from large to small: products of few numbers need many small ones to fill a device. */
export const TILINGS: readonly MatMulTiling[] = [
  { tileM: 128, tileN: 128, tileK: 16, threadM: 8, threadN: 8 },
  { tileM: 128, tileN: 64, tileK: 16, threadM: 8, threadN: 4 },
  { tileM: 64, tileN: 64, tileK: 16, threadM: 4, threadN: 4 },
  { tileM: 32, tileN: 32, tileK: 16, threadM: 4, threadN: 4 },
];

/** Workgroups that a product is cut into. */
export function workgroupsOf(
  { batch, m, n }: Pick<MatMulSpec, "batch" | "m" | "n">,
  { tileM, tileN }: MatMulTiling,
): number {
  return batch * Math.ceil(m / tileM) * Math.ceil(n / tileN);
}

/** Inputs in the order of their bindings. */
export function matMulInputs(spec: MatMulSpec): string[] {
  return [
    "a",
    "b",
    ...(spec.columnScale === undefined ? [] : ["columnScale"]),
    ...(spec.bias ? ["bias"] : []),
    ...(spec.residual ? ["residual"] : []),
  ];
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Bytes of shared memory. */
export function matMulShared(
  { tileM, tileN, tileK }: MatMulTiling,
  { float16, gated, normalise }: Pick<MatMulSpec, "float16" | "gated" | "normalise">,
): number {
  const width = (tileM / 4 + 1) + (tileN / 4 + 1) * (gated ? 2 : 1);
  return tileK * width * (float16 ? 8 : 16) + (normalise === undefined ? 0 : tileM * tileK);
}

/** The shader of a product. */
export function matMulShader(spec: MatMulSpec, tiling: MatMulTiling): Shader {
  const { batch, m, n, k, gated = false, float16 = false, normalise } = spec;
  const { tileM, tileN, tileK, threadM, threadN } = tiling;
  const [threadsX, threadsY] = [tileN / threadN, tileM / threadM];
  const threads = threadsX * threadsY;
  const [rowGroups, columnGroups] = [threadM / 4, threadN / 4];
  const parts = gated ? 2 : 1;
  const columns = n * parts;

  const vectorA = contiguousA(spec) % 4 === 0;
  const vectorB = contiguousB(spec, columns) % 4 === 0 && (!gated || n % 4 === 0);
  const vectorC = n % 4 === 0 &&
    (spec.patchesOut === undefined || rowOfPatch(spec.patchesOut) % 4 === 0);
  const element = (vector: boolean) => vector ? "vec4f" : "f32";
  const types: Record<string, string> = {
    a: element(vectorA),
    b: spec.halfB ? "vec4<f16>" : element(vectorB),
    residual: element(vectorC),
    columnScale: element(vectorA),
    bias: "f32",
  };
  const inputs: Binding[] = matMulInputs(spec).map((name) => [name, types[name]!]);
  const shared = float16 ? "vec4<f16>" : "vec4f";
  const [strideA, strideB] = [tileM / 4 + 1, (tileN / 4 + 1) * parts];

  // Blocks of 4×4: of A first, then of B, divided among the threads.
  const blocksA = (tileM / 4) * (tileK / 4);
  const blocksB = (tileN / 4) * (tileK / 4) * parts;
  const rounds = Math.ceil((blocksA + blocksB) / threads);

  // Rows that follow each other in fours have one scale where whole groups do.
  const groups = spec.columnScale?.groups ?? 0;
  const scales = groups === 0 ? 0 : groups === 1 || m / groups % 4 === 0 ? 1 : 4;

  const fetch = range(rounds).map((r) => `
    {
      let block = thread + ${r * threads}u;
      if (block < ${blocksA}u) {
        ${along(spec.transposeA ? "m" : "k", { wide: tileM / 4, deep: tileK / 4 })}
        let row = tileRow + 4u * wide;
        let depth = first + 4u * deep;
        ${
    range(4).map((i) =>
      spec.transposeA
        ? `n${r}_${i} = loadA(batch, row, depth + ${i}u);`
        : `n${r}_${i} = loadA(batch, row + ${i}u, depth);`
    ).join(" ")
  }
        ${range(scales).map((i) => `z${r}_${i} = scaleA(batch, row + ${i}u, depth);`).join(" ")}
      } else if (block < ${blocksA + blocksB}u) {
        ${
    along(spec.transposeB ? "k" : "n", {
      wide: tileN / 4 * parts,
      deep: tileK / 4,
      from: blocksA,
    })
  }
        let column = ${columnOf("wide", tileN, { parts, n })};
        let depth = first + 4u * deep;
        ${
    range(4).map((i) =>
      spec.transposeB
        ? `n${r}_${i} = loadB(batch, depth, column + ${i}u);`
        : `n${r}_${i} = loadB(batch, depth + ${i}u, column);`
    ).join(" ")
  }
      }
    }`).join("");

  const turned = (r: number) =>
    range(4).map((i) => `vec4f(${range(4).map((j) => `n${r}_${j}.${"xyzw"[i]}`).join(", ")})`);
  const straight = (r: number) => range(4).map((i) => `n${r}_${i}`);
  const store = range(rounds).map((r) => `
    {
      let block = thread + ${r * threads}u;
      if (block < ${blocksA}u) {
        ${along(spec.transposeA ? "m" : "k", { wide: tileM / 4, deep: tileK / 4 })}
        ${
    normalise === undefined
      ? ""
      : `q${r} += vec4f(${range(4).map((i) => `dot(n${r}_${i}, n${r}_${i})`).join(", ")});`
  }
        ${
    scales === 0
      ? ""
      : range(4).map((i) => `n${r}_${i} *= z${r}_${Math.min(i, scales - 1)};`).join(" ")
  }
        ${
    (spec.transposeA ? straight(r) : turned(r)).map((value, i) =>
      `tileA[(4u * deep + ${i}u) * ${strideA}u + wide] = ${shared}(${value});`
    ).join("\n        ")
  }
      } else if (block < ${blocksA + blocksB}u) {
        ${
    along(spec.transposeB ? "k" : "n", {
      wide: tileN / 4 * parts,
      deep: tileK / 4,
      from: blocksA,
    })
  }
        ${
    (spec.transposeB ? turned(r) : straight(r)).map((value, i) =>
      `tileB[(4u * deep + ${i}u) * ${strideB}u + wide] = ${shared}(${value});`
    ).join("\n        ")
  }
      }
    }`).join("");

  const rowsOfThread = range(rowGroups).flatMap((g) => range(4).map((i) => [g, i] as const));
  const names = rowsOfThread.flatMap(([g, i]) =>
    range(columnGroups * parts).map((j) => `${g}_${i}_${j}`)
  );
  // In float16 the products of one tile are added as such, and those of all tiles in float32.
  const partial = float16 ? "h" : "s";
  const multiply = range(tileK).map((d) => `
      {
        ${
    range(rowGroups).map((g) =>
      `let a${g} = tileA[${d * strideA + g * (tileM / 4 / rowGroups)}u + threadRow];`
    ).join(" ")
  }
        ${
    range(parts).flatMap((p) =>
      range(columnGroups).map((j) =>
        `let b${p * columnGroups + j} = tileB[${
          d * strideB + p * (tileN / 4) + j * (tileN / 4 / columnGroups)
        }u + threadColumn];`
      )
    ).join(" ")
  }
        ${
    rowsOfThread.flatMap(([g, i]) =>
      range(columnGroups * parts).map((j) =>
        `${partial}${g}_${i}_${j} = fma(${shared}(a${g}.${
          "xyzw"[i]
        }), b${j}, ${partial}${g}_${i}_${j});`
      )
    ).join("\n        ")
  }
      }`).join("");
  const multiplyTiles = float16
    ? `
    ${names.map((name) => `var h${name} = ${shared}();`).join(" ")}
    ${multiply}
    ${names.map((name) => `s${name} += vec4f(h${name});`).join(" ")}`
    : multiply;

  // Sums of squares went to the threads that read the numbers.
  const deep = tileK / 4;
  const norms = normalise === undefined ? "" : `
  ${
    range(rounds).map((r) =>
      `if (thread + ${r * threads}u < ${blocksA}u) { squares[thread + ${r * threads}u] = q${r}; }`
    ).join(" ")
  }
  workgroupBarrier();
  ${
    range(rowGroups).map((g) => {
      const wide = `(${g * (tileM / 4 / rowGroups)}u + threadRow) * ${deep}u`;
      const all = range(deep).map((d) => `squares[${wide} + ${d}u]`).join(" + ");
      return `let norm${g} = inverseSqrt((${all}) / ${number(k)} + ${number(normalise)});`;
    }).join(" ")
  }`;
  const sum = (g: number, i: number, j: number) =>
    `s${g}_${i}_${j}${normalise === undefined ? "" : ` * norm${g}.${"xyzw"[i]}`}`;

  const write = rowsOfThread.map(([g, i]) => `
    {
      let row = tileRow + ${g * (tileM / rowGroups)}u + 4u * threadRow + ${i}u;
      if (row < ${m}u) {
        ${
    range(columnGroups).map((j) => `
        {
          let column = tileColumn + ${j * (tileN / columnGroups)}u + 4u * threadColumn;
          ${
      gated
        ? `let value = ${sum(g, i, j)}; let gate = ${sum(g, i, j + columnGroups)};`
        : `let value = ${sum(g, i, j)};`
    }
          finish(batch, row, column, value${gated ? ", gate" : ""});
        }`).join("")
  }
      }
    }`).join("");

  const code = `${float16 ? "enable f16;\n" : ""}${bindings(inputs, [["c", element(vectorC)]])}
var<workgroup> tileA : array<${shared}, ${tileK * strideA}>;
var<workgroup> tileB : array<${shared}, ${tileK * strideB}>;
${normalise === undefined ? "" : `var<workgroup> squares : array<vec4f, ${blocksA}>;`}
${loadA(spec, vectorA)}
${scaleA(spec, vectorA)}
${loadB(spec, { vector: vectorB, columns })}
${finish(spec, vectorC)}

@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(local_invocation_index) thread : u32
) {
  let batch = group.z;
  let tileRow = group.y * ${tileM}u;
  let tileColumn = group.x * ${tileN}u;
  let threadRow = thread / ${threadsX}u;
  let threadColumn = thread % ${threadsX}u;
  ${names.map((name) => `var s${name} = vec4f();`).join(" ")}
  ${
    range(rounds).flatMap((r) => [
      ...range(4).map((i) => `n${r}_${i}`),
      ...range(scales).map((i) => `z${r}_${i}`),
      ...(normalise === undefined ? [] : [`q${r}`]),
    ]).map((name) => `var ${name} = vec4f();`).join(" ")
  }
  var first = 0u;
  ${fetch}
  for (var step = 0u; step < ${Math.ceil(k / tileK)}u; step++) {
    workgroupBarrier();
    ${store}
    workgroupBarrier();
    first += ${tileK}u;
    if (first < ${k}u) {${fetch}
    }
    ${multiplyTiles}
  }${norms}
  ${write}
}
`;
  return {
    name: `matMul ${batch}×${m}×${n}×${k}`,
    code,
    workgroups: [Math.ceil(n / tileN), Math.ceil(m / tileM), batch],
    flops: 2 * batch * m * columns * k,
  };
}

/** Numbers of A that follow each other in memory and in the product's row (or column). */
function contiguousA({ m, k, transposeA, patchesIn }: MatMulSpec): number {
  if (patchesIn !== undefined) return rowOfPatch(patchesIn);
  return transposeA ? m : k;
}

/** The same for B. */
function contiguousB({ k, transposeB, patchesOfB }: MatMulSpec, columns: number): number {
  if (patchesOfB !== undefined) return rowOfPatch(patchesOfB);
  return transposeB ? k : columns;
}

/** Numbers of one pixel row of a patch. */
function rowOfPatch({ patchColumns, channels }: Patches): number {
  return patchColumns * channels;
}

/** WGSL: which block of a tile; neighbours in memory go to neighbouring threads. */
function along(
  fast: "m" | "n" | "k",
  { wide, deep, from = 0 }: { wide: number; deep: number; from?: number },
): string {
  const index = from === 0 ? "block" : `(block - ${from}u)`;
  return fast === "k"
    ? `let deep = ${index} % ${deep}u; let wide = ${index} / ${deep}u;`
    : `let wide = ${index} % ${wide}u; let deep = ${index} / ${wide}u;`;
}

/** WGSL: the column of B of a block; gates stand n columns after their values. */
function columnOf(
  wide: string,
  tileN: number,
  { parts, n }: { parts: number; n: number },
): string {
  if (parts === 1) return `tileColumn + 4u * ${wide}`;
  const half = tileN / 4;
  return `tileColumn + 4u * (${wide} % ${half}u) + select(0u, ${n}u, ${wide} >= ${half}u)`;
}

/** WGSL: where row and column of an image's patches lie. */
function patchPlace(
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

/** WGSL: four numbers of A along memory, zeros outside. */
function loadA(spec: MatMulSpec, vector: boolean): string {
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

/** WGSL: scales of four columns of A that follow each other, for a row. */
function scaleA({ m, k, columnScale }: MatMulSpec, vector: boolean): string {
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

/** WGSL: four numbers of B along memory, zeros outside. */
function loadB(
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

/** WGSL of a function that reads four numbers that follow each other. */
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

/** WGSL: what comes after the product, and its place. */
function finish(spec: MatMulSpec, vector: boolean): string {
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

/**
 * WGSL: x·Φ(x), with erf by Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7), as TensorFlow.js
 * has it.
 */
export const GELU = `
fn gelu1(x : f32) -> f32 {
  let z = abs(x) * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t +
    0.254829592) * t;
  let tail = 0.5 * series * exp(-z * z);
  return x * select(tail, 1.0 - tail, x >= 0.0);
}
fn gelu(x : vec4f) -> vec4f {
  return vec4f(gelu1(x.x), gelu1(x.y), gelu1(x.z), gelu1(x.w));
}`;
