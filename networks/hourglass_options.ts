/** Options of the hourglass, their defaults and checks. @module */

import { type Check, type Checks, integer, list, number, object, oneOf } from "../core/mod.ts";
import type { Patch } from "../engine/mod.ts";
import { MAPPING_DEFAULTS, type MappingOptions } from "./layers/mapping.ts";

/** One level of the hourglass. */
export interface LevelOptions {
  /** Channels of a token; a multiple of dHead. */
  readonly width: number;
  /** Layers on the way down, and as many on the way up; the last level, the middle, has them once. */
  readonly depth: number;
  /** Hidden width of the feed-forward blocks. */
  readonly dFf: number;
  /** Keys that a query sees: its neighborhood or all tokens. */
  readonly attention: "neighborhood" | "global";
  /** Side of the neighborhood, odd. Default 7. */
  readonly kernelSize?: number;
  /** Channels of a head; a multiple of 8. Default 64. */
  readonly dHead?: number;
  /** Dropout in training. Default 0. */
  readonly dropout?: number;
}

/** Options of both networks. */
export interface HourglassOptions {
  /** Channels of the noised images and the condition together. */
  readonly inChannels: number;
  /** Channels of the image. */
  readonly outChannels: number;
  /** Height and width of the input's patches. Default [1, 1]. */
  readonly patchSize?: readonly [number, number];
  /** Levels from fine to coarse; the last is the middle. */
  readonly levels: readonly LevelOptions[];
  /** Mapping network of the noise conditioning. */
  readonly mapping?: MappingOptions;
}

/** A level with its defaults. */
export type Level = Required<LevelOptions>;

/** Defaults of {@linkcode LevelOptions}. */
export const LEVEL_DEFAULTS = { kernelSize: 7, dHead: 64, dropout: 0 } as const;

const dropoutCheck = number({ min: 0, below: 1 });
/** Most blocks of a level and most layers of the mapping; published networks have up to 16. */
const MAX_DEPTH = 1024;

const sizeCheck = integer({ min: 1 });

const levelCheck: Check<LevelOptions> = object<LevelOptions>({
  width: sizeCheck,
  depth: integer({ min: 1, max: MAX_DEPTH }),
  dFf: sizeCheck,
  attention: oneOf("neighborhood", "global"),
  kernelSize: integer({ min: 1 }),
  dHead: sizeCheck,
  dropout: dropoutCheck,
}, LEVEL_DEFAULTS);

/** Checks of {@linkcode HourglassOptions}. */
export const HOURGLASS_CHECKS: Checks<HourglassOptions> = {
  inChannels: sizeCheck,
  outChannels: sizeCheck,
  patchSize: (value, path) =>
    list(sizeCheck, { min: 2, max: 2 })(value, path) as unknown as readonly [number, number],
  levels: list(levelCheck, { min: 1 }),
  mapping: object<MappingOptions>({
    depth: integer({ min: 0, max: MAX_DEPTH }),
    width: integer({ min: 2 }),
    dFf: sizeCheck,
    dropout: dropoutCheck,
  }, MAPPING_DEFAULTS),
};

/** Defaults of {@linkcode HourglassOptions}. */
export const HOURGLASS_DEFAULTS = { patchSize: [1, 1], mapping: MAPPING_DEFAULTS } as const;

export function checkLevel({ width, dHead, attention, kernelSize }: Level, i: number): void {
  const where = `Cannot build level ${i} of the network`;
  if (dHead % 8 !== 0) {
    throw new RangeError(`${where}: dHead must be a multiple of 8, got ${dHead}`);
  }
  if (width % dHead !== 0) {
    throw new RangeError(`${where}: the width must be a multiple of dHead ${dHead}, got ${width}`);
  }
  if (attention === "neighborhood" && kernelSize % 2 === 0) {
    throw new RangeError(`${where}: kernelSize must be odd, got ${kernelSize}`);
  }
}

export function checkSize(
  { height, width }: { readonly height: number; readonly width: number },
  { patch, levels }: { readonly patch: Patch; readonly levels: readonly Level[] },
): void {
  const scale = 2 ** (levels.length - 1);
  const [rows, columns] = [patch[0] * scale, patch[1] * scale];
  const where = `Cannot apply the network to ${height}×${width} pixels`;
  if (height % rows !== 0 || width % columns !== 0 || height === 0 || width === 0) {
    throw new RangeError(
      `${where}: height must be a multiple of ${rows} and width of ${columns}`,
    );
  }
  levels.forEach(({ attention, kernelSize }, i) => {
    const [h, w] = [height / patch[0] / 2 ** i, width / patch[1] / 2 ** i];
    if (attention === "neighborhood" && Math.min(h, w) < kernelSize) {
      throw new RangeError(
        `${where}: level ${i} attends to ${kernelSize}×${kernelSize} neighborhoods and needs ` +
          `a side of ≥ ${kernelSize} tokens, got ${h}×${w}`,
      );
    }
  });
}
