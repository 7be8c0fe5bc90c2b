/**
 * Writes Zarr stores of version 2: groups of chunked arrays with zlib, and consolidated metadata, as
 * xarray and GDAL read them.
 *
 * @module
 */

import { unifyNaNs } from "../unify_nans.ts";
import { deflateSync } from "node:zlib";
import type { DataType, PixelArray } from "../../core/mod.ts";
import { writing } from "../../files/mod.ts";

/** Types of arrays: those of pixels, and times. */
export type ZarrType = DataType | "int64";

const TYPES: Readonly<Record<ZarrType, string>> = {
  uint8: "|u1",
  uint16: "<u2",
  int16: "<i2",
  uint32: "<u4",
  int32: "<i4",
  float32: "<f4",
  float64: "<f8",
  int64: "<i8",
};
/** Level of zlib: higher ones take twice the time for a hundredth of the size. */
const LEVEL = 6;

/** An array to create. */
export interface ZarrArraySpec {
  /** Path in the store. */
  readonly name: string;
  /** Lengths of the dimensions. */
  readonly shape: readonly number[];
  /** Lengths of a chunk. */
  readonly chunks: readonly number[];
  /** Type of the values. */
  readonly dtype: ZarrType;
  /** Names of the dimensions, for xarray. */
  readonly dimensions: readonly string[];
  /** Value of missing data. Default none. */
  readonly fill?: number;
  /** Attributes besides the names of the dimensions. Default none. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A store that is being written. */
export interface ZarrWriter {
  /** Creates an array. */
  create(spec: ZarrArraySpec): Promise<void>;
  /** Writes a whole chunk of an array; those at the edges are padded. */
  writeChunk(
    name: string,
    position: readonly number[],
    values: PixelArray | BigInt64Array,
  ): Promise<void>;
  /** Writes the consolidated metadata. */
  finish(): Promise<void>;
}

/** A fill value in JSON, which has no NaN. */
function fillOf(fill: number | undefined): number | string | null {
  return fill === undefined ? null : Number.isNaN(fill) ? "NaN" : fill;
}

/**
 * Creates a store in a folder, which must exist.
 *
 * @throws {OutputError} If a file cannot be written.
 */
export async function createZarr(
  folder: string,
  attributes: Readonly<Record<string, unknown>>,
): Promise<ZarrWriter> {
  const metadata: Record<string, unknown> = {};
  const save = async (key: string, value: unknown) => {
    metadata[key] = value;
    await writing(
      `${folder}/${key}`,
      () => Deno.writeTextFile(`${folder}/${key}`, JSON.stringify(value, null, 2)),
    );
  };
  await save(".zgroup", { "zarr_format": 2 });
  await save(".zattrs", attributes);
  return {
    async create({ name, shape, chunks, dtype, dimensions, fill, attributes: own = {} }) {
      await writing(name, () => Deno.mkdir(`${folder}/${name}`, { recursive: true }));
      await save(`${name}/.zarray`, {
        "zarr_format": 2,
        shape,
        chunks,
        dtype: TYPES[dtype],
        compressor: { id: "zlib", level: LEVEL },
        "fill_value": fillOf(fill),
        order: "C",
        filters: null,
      });
      await save(`${name}/.zattrs`, { ...own, _ARRAY_DIMENSIONS: dimensions });
    },
    async writeChunk(name, position, values) {
      const path = `${folder}/${name}/${position.length === 0 ? "0" : position.join(".")}`;
      unifyNaNs(values);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await writing(path, () => Deno.writeFile(path, deflateSync(bytes, { level: LEVEL })));
    },
    async finish() {
      const value = { "zarr_consolidated_format": 1, metadata };
      await writing(
        `${folder}/.zmetadata`,
        () => Deno.writeTextFile(`${folder}/.zmetadata`, JSON.stringify(value, null, 2)),
      );
    },
  };
}
