/** Checks of scenes and windows. @module */

import type { MeanScene, MeanWindow, Region } from "./mean.ts";

/**
 * Checks a scene.
 *
 * @throws {RangeError} If the scene has no pixel, band or frame, or a day is not finite.
 */
export function checkScene({ width, height, bands, days }: MeanScene): void {
  for (const [name, value] of Object.entries({ width, height, bands, frames: days.length })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot make a mean: ${name} must be an integer of at least 1, got ${value}`,
      );
    }
  }
  const wrong = days.findIndex((day) => !Number.isFinite(day));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot make a mean: days must be finite numbers, got ${days[wrong]} for frame ${wrong}`,
    );
  }
}

/**
 * Checks a window and its core.
 *
 * @param options.frames Frames that must be there.
 * @throws {RangeError} If a frame or mask does not have the size of the window, or if the window lies
 *   outside the scene or the core outside the window.
 */
export function checkWindow(
  scene: MeanScene,
  { window, core, frames }: {
    readonly window: MeanWindow;
    readonly core: Region;
    readonly frames: readonly number[];
  },
): void {
  const whole = { row: 0, column: 0, height: scene.height, width: scene.width };
  const parts = [["window", window, "scene", whole], ["core", core, "window", window]] as const;
  for (const [name, inner, outerName, outer] of parts) {
    if (!within(inner, outer)) {
      throw new RangeError(
        `Cannot make a mean: the ${name} must lie within the ${outerName}, got ${shown(inner)} ` +
          `for a ${outerName} of ${shown(outer)}`,
      );
    }
  }
  const pixels = window.height * window.width;
  for (const l of frames) {
    for (
      const [name, array, size] of [
        ["frame", window.frames[l], pixels * scene.bands],
        ["mask", window.masks[l], pixels],
      ] as const
    ) {
      if (array?.length !== size) {
        throw new RangeError(
          `Cannot make a mean: ${name} ${l} must have ${size} values for a window of ` +
            `${shown(window)}, got ${array === undefined ? "none" : array.length}`,
        );
      }
    }
  }
}

/** True if one region lies within another and is not empty. */
function within(inner: Region, outer: Region): boolean {
  return inner.height > 0 && inner.width > 0 && inner.row >= outer.row &&
    inner.column >= outer.column && inner.row + inner.height <= outer.row + outer.height &&
    inner.column + inner.width <= outer.column + outer.width;
}

function shown({ row, column, height, width }: Region): string {
  return `${width} × ${height} pixels at row ${row}, column ${column}`;
}

/**
 * Checks a reference.
 *
 * @throws {RangeError} If it is not a frame of the scene.
 */
export function checkReference(
  { days }: MeanScene,
  reference: number | undefined,
): asserts reference is number {
  if (reference === undefined || days[reference] === undefined) {
    throw new RangeError(
      `Cannot make a mean: the reference must be one of the frames 0 to ${days.length - 1}, got ` +
        (reference ?? "none"),
    );
  }
}

/** Copies the pixels of `core`, of `values` values each, from an array of the window. */
export function copyRegion<T extends Float32Array | Uint8Array>(
  array: T,
  { window, core, values }: {
    readonly window: Region;
    readonly core: Region;
    readonly values: number;
  },
): T {
  const out = new (array.constructor as new (length: number) => T)(
    core.height * core.width * values,
  );
  for (let y = 0; y < core.height; y++) {
    const row = core.row + y - window.row;
    const from = (row * window.width + core.column - window.column) * values;
    out.set(array.subarray(from, from + core.width * values), y * core.width * values);
  }
  return out;
}

/** A region with `by` more pixels on each side, as far as they lie within another. */
export function regionAround(
  { row, column, height, width }: Region,
  { within, by }: { readonly within: Region; readonly by: number },
): Region {
  const [top, left] = [Math.max(within.row, row - by), Math.max(within.column, column - by)];
  const bottom = Math.min(within.row + within.height, row + height + by);
  const right = Math.min(within.column + within.width, column + width + by);
  return { row: top, column: left, height: bottom - top, width: right - left };
}
