/**
 * softmax(q·kᵀ)·v over all tokens or over K×K neighborhoods, forwards and backwards, with nothing of
 * the size of the logits in memory (FlashAttention, Dao et al. 2022, https://arxiv.org/abs/2205.14135).
 *
 * A workgroup has a block of rows and goes over all blocks of columns that its rows can see: rows are
 * queries and columns keys, but for the gradients by keys and values, where it is the other way
 * round. In neighborhoods a block of rows is a tile of the grid and the columns are the window that
 * the tile sees; which pairs see each other is told pair by pair (spec §4.1: at borders the window
 * moves inward).
 *
 * @module
 */

import { type Binding, bindings, type Capabilities, type Shader } from "../shader.ts";

/** Threads along the columns of a block; each has 4 columns. */
const ACROSS = 8;
/** Columns of a block. */
const COLUMNS = 4 * ACROSS;
/** Rows of a thread. */
const ROWS_EACH = 4;

/** Where the vectors of a token's heads lie. */
export interface Layout {
  /** Numbers from token to token. */
  readonly stride: number;
  /** Numbers before the first head. */
  readonly offset: number;
}

/** Sizes of an attention. */
export interface AttentionSpec {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly heads: number;
  /** Channels of a head, a multiple of 4. */
  readonly size: number;
  /** Side of the neighborhood; 0: all tokens. */
  readonly kernel: number;
  /** Multiply in float16, forwards; sums are float32. */
  readonly float16?: boolean;
}

/** Where queries, keys and values are: they may lie in one another. */
export interface AttentionLayouts {
  readonly q: Layout & { readonly input: "q" };
  readonly k: Layout & { readonly input: "q" | "k" };
  readonly v: Layout & { readonly input: "q" | "k" | "v" };
}

/** Inputs in the order of their bindings. */
function attentionInputs({ q, k, v }: AttentionLayouts): string[] {
  return [...new Set<string>([q.input, k.input, v.input])];
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Vectors of a row of a tile: one more than needed, so that rows begin in different banks. */
const strideOf = (size: number) => size / 4 + 1;

/** Bytes of shared memory of the two passes. */
function forwardBytes(rows: number, size: number, float16 = false): number {
  const stride = strideOf(size);
  const product = Math.max(COLUMNS * stride, rows * (ACROSS + 1));
  const vectors = rows * stride + product + COLUMNS * stride;
  return (float16 ? 8 : 16) * vectors + 4 * rows * ACROSS;
}

function backwardBytes(rows: number, size: number): number {
  return 16 * ((2 * rows + COLUMNS) * strideOf(size) + rows * (ACROSS + 1)) + 8 * COLUMNS;
}

/** Rows of a block, or undefined where none fits the device. */
function rowsThatFit(
  bytes: (rows: number, size: number) => number,
  size: number,
  { sharedBytes, invocations }: Capabilities,
): number | undefined {
  return [64, 32].find((rows) =>
    bytes(rows, size) <= sharedBytes && rows / ROWS_EACH * ACROSS <= invocations
  );
}

/** Whether the device can run both passes of heads of a size. */
export function attentionFits(size: number, capabilities: Capabilities): boolean {
  return size % 4 === 0 && rowsThatFit(forwardBytes, size, capabilities) !== undefined &&
    rowsThatFit(backwardBytes, size, capabilities) !== undefined;
}

/** WGSL: a block's rows and columns on the grid, and which pairs see each other. */
function geometry(
  { height, width, kernel }: AttentionSpec,
  { rows, rowsAre }: { readonly rows: number; readonly rowsAre: "queries" | "keys" },
): { readonly code: string; readonly blocks: number } {
  const tokens = height * width;
  if (kernel === 0) {
    return {
      blocks: Math.ceil(tokens / rows),
      code: `
struct Place { token : u32, inside : bool }
struct Window { count : u32 }
fn windowOf(block : u32) -> Window { return Window(${tokens}u); }
fn rowPlace(block : u32, row : u32) -> Place {
  let token = block * ${rows}u + row;
  return Place(min(token, ${tokens - 1}u), token < ${tokens}u);
}
fn columnPlace(window : Window, column : u32) -> Place {
  return Place(min(column, ${tokens - 1}u), column < ${tokens}u);
}
fn sees(row : Place, column : Place) -> bool { return column.inside; }`,
    };
  }
  const radius = Math.floor(kernel / 2);
  const [high, wide] = [rows / 8, 8];
  const [down, across] = [Math.ceil(height / high), Math.ceil(width / wide)];
  const sees = (query: string, key: string) =>
    `let first = vec2i(startOf(${query}.at.x, ${height}), startOf(${query}.at.y, ${width}));
  return row.inside && column.inside && all(${key}.at >= first) && all(${key}.at < first + ${kernel});`;
  const [firstOf, endOf] = rowsAre === "queries"
    ? [
      (at: string, side: number) => `startOf(${at}, ${side})`,
      (at: string, side: number) => `startOf(${at}, ${side}) + ${kernel}`,
    ]
    : [
      // The first and the last query that see a key.
      (at: string) => `select(${at} - ${kernel - 1 - radius}, 0, ${at} < ${kernel})`,
      (at: string, side: number) =>
        `select(${at} + ${radius}, ${side - 1}, ${at} >= ${side - kernel}) + 1`,
    ];
  return {
    blocks: down * across,
    code: `
struct Place { token : u32, at : vec2i, inside : bool }
struct Window { count : u32, first : vec2i, wide : i32 }
fn startOf(at : i32, side : i32) -> i32 { return clamp(at - ${radius}, 0, side - ${kernel}); }
fn windowOf(block : u32) -> Window {
  let top = i32(block / ${across}u) * ${high};
  let left = i32(block % ${across}u) * ${wide};
  let bottom = min(top + ${high - 1}, ${height - 1});
  let right = min(left + ${wide - 1}, ${width - 1});
  let first = vec2i(${firstOf("top", height)}, ${firstOf("left", width)});
  let end = vec2i(${endOf("bottom", height)}, ${endOf("right", width)});
  let size = end - first;
  return Window(u32(size.x * size.y), first, size.y);
}
fn rowPlace(block : u32, row : u32) -> Place {
  let at = vec2i(i32(block / ${across}u) * ${high} + i32(row / ${wide}u),
    i32(block % ${across}u) * ${wide} + i32(row % ${wide}u));
  let inside = at.x < ${height} && at.y < ${width};
  let held = min(at, vec2i(${height - 1}, ${width - 1}));
  return Place(u32(held.x * ${width} + held.y), at, inside);
}
fn columnPlace(window : Window, column : u32) -> Place {
  let inside = column < window.count;
  let held = i32(min(column, window.count - 1u));
  let at = window.first + vec2i(held / window.wide, held % window.wide);
  return Place(u32(at.x * ${width} + at.y), at, inside);
}
fn sees(row : Place, column : Place) -> bool {
  ${rowsAre === "queries" ? sees("row", "column") : sees("column", "row")}
}`,
  };
}

/** WGSL: where a vector of a head begins, in vectors of 4. */
function vectorAt({ stride, offset }: Layout, tokens: number, size: number): string {
  return `((image * ${tokens}u + place.token) * ${stride}u + ${offset}u + head * ${size}u) / 4u`;
}

/** WGSL: fills a tile with the rows or columns of an input. */
function fillTile(
  tile: string,
  { source, count, size, place, layout, tokens, threads, type = "" }: {
    readonly source: string;
    readonly count: number;
    readonly size: number;
    readonly place: string;
    readonly layout: Layout;
    readonly tokens: number;
    readonly threads: number;
    /** Of the tile's vectors, where not the source's. */
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
function pairs(
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
function weighted(
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

/** WGSL: the thread's part of the rows' results. */
function writeRows(
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

const sumsOf = (sum: string, size: number) =>
  range(ROWS_EACH).flatMap((i) =>
    range(Math.ceil(size / 4 / ACROSS)).map((p) => `var ${sum}${i}_${p} = vec4f();`)
  ).join(" ");

const head = (threads: number, spec: AttentionSpec) => `
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

/**
 * The forward pass.
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

function rowsOrThrow(
  bytes: (rows: number, size: number) => number,
  size: number,
  capabilities: Capabilities,
): number {
  const rows = rowsThatFit(bytes, size, capabilities);
  if (rows === undefined) {
    throw new RangeError(
      `Cannot attend with heads of ${size} channels: they need more shared memory than the ` +
        `device's ${capabilities.sharedBytes} bytes`,
    );
  }
  return rows;
}

/** Of one product over all pairs that see each other. */
function productFlops({ images, height, width, heads, size, kernel }: AttentionSpec): number {
  const tokens = height * width;
  return 2 * images * heads * tokens * (kernel === 0 ? tokens : kernel ** 2) * size;
}

function nameOf(what: string, { images, height, width, heads, size, kernel }: AttentionSpec) {
  return `${what} ${images}×${height}×${width}×${heads}×${size}` +
    (kernel === 0 ? "" : ` of ${kernel}×${kernel}`);
}

/**
 * Σ dO ⊙ O of each query [images, heads, tokens], from dO and O [images, tokens, heads, size].
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
 * Gradients by queries, or by keys and values.
 *
 * With P the weights and D = Σ dO ⊙ O: dS = P ⊙ (dO·Vᵀ − D), dQ = dS·K, dK = dSᵀ·Q, dV = Pᵀ·dO.
 *
 * Inputs: q, k and v as they lie, dO [images, tokens, heads, size], sums and delta
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
