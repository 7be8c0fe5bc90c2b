/**
 * The first image of a TIFF, as geotiff.js decodes it. No other file imports that package.
 *
 * @module
 */

import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { BaseDecoder, GeoTIFF, type GeoTIFFImage, getDecoder } from "npm:geotiff@3.0.5";
import type { ByteSource } from "../files/mod.ts";
import { readTiffLayout } from "./tiff_layout.ts";

export type { GeoTIFFImage } from "npm:geotiff@3.0.5";

const inflateAsync = promisify<Uint8Array, Uint8Array>(inflate);

/** DEFLATE by the runtime's zlib, several times as fast as that of geotiff.js. */
class Inflate extends BaseDecoder {
  override async decodeBlock(buffer: ArrayBufferLike): Promise<ArrayBufferLike> {
    const bytes = await inflateAsync(new Uint8Array(buffer));
    // The predictor reads the buffer from its start.
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    return whole ? bytes.buffer : Uint8Array.from(bytes).buffer;
  }
}

/** TIFF compression numbers of DEFLATE. */
const DEFLATE: readonly number[] = [8, 32946];

/** Decoder for blocks that `readBlocks` assembles; undefined if geotiff.js must read the image. */
export async function blockDecoder(image: GeoTIFFImage): Promise<BaseDecoder | undefined> {
  const value = async (tag: "Compression" | "Predictor" | "BitsPerSample") =>
    image.fileDirectory.hasTag(tag) ? await image.fileDirectory.loadValue(tag) : undefined;
  const compression = (await value("Compression") ?? 1) as number;
  if (!image.littleEndian || ![1, ...DEFLATE].includes(compression)) return undefined;
  const parameters = {
    tileWidth: image.getTileWidth(),
    tileHeight: image.getTileHeight(),
    predictor: (await value("Predictor") ?? 1) as number,
    bitsPerSample: await value("BitsPerSample") as number[],
    planarConfiguration: image.planarConfiguration,
  };
  return compression === 1
    ? await getDecoder(compression, parameters) as BaseDecoder
    : new Inflate(parameters);
}

interface Slice {
  readonly offset: number;
  readonly length: number;
}

/** Opens the first image, with the positions of its blocks already checked and loaded. */
export async function openTiffImage(source: ByteSource): Promise<GeoTIFFImage> {
  const layout = await readTiffLayout(source);
  const fetchSlice = async ({ offset, length }: Slice) => ({
    offset,
    length,
    data: await source.read(offset, length),
  });
  const tiff = await GeoTIFF.fromSource({
    fileSize: source.size,
    fetchSlice,
    fetch: (slices: readonly Slice[]) =>
      Promise.all(slices.map(async (slice) => (await fetchSlice(slice)).data)),
    close: () => Promise.resolve(),
  });
  const image = await tiff.getImage();
  // geotiff.js would fetch each of these values alone, and read it as little-endian.
  const { actualizedFields, deferredArrays } = image.fileDirectory;
  for (
    const [tag, values] of [
      [layout.offsetsTag, layout.offsets],
      [layout.byteCountsTag, layout.byteCounts],
    ] as const
  ) {
    actualizedFields.set(tag, [...values]);
    deferredArrays.delete(tag);
  }
  return image;
}
