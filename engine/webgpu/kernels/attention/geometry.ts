/** Rows and columns of attention blocks on the token grid. @module */

import type { AttentionSpec } from "./spec.ts";

/** WGSL: rows and columns of a block on the grid, and a test for pairs that see each other. */
export function geometry(
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
