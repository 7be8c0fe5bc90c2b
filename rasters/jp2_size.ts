/**
 * The size of a JPEG 2000 image, from the header of its container or its codestream.
 *
 * @module
 */

import type { ByteSource } from "../files/mod.ts";

/** First four bytes of a codestream without a JP2 container. */
const CODESTREAM = 0xff4fff51;
const HEADER_BOX = "jp2h";
/** Boxes before the image header; far more than any writer uses. */
const MAX_BOXES = 64;

/** Size of an image. */
interface Size {
  readonly width: number;
  readonly height: number;
}

function checked({ width, height }: Size): Size {
  if (Math.min(width, height) > 0) return { width, height };
  throw new TypeError(
    `its header must state its size, got ${width}×${height} pixels; the file is damaged: download ` +
      "or copy it again",
  );
}

/**
 * Reads the size of an image, from the image header box (ISO 15444-1 I.5.3.1) or the SIZ marker
 * (A.5.1).
 *
 * @throws {TypeError} If the file is not JPEG 2000, or states no size.
 */
export async function readJp2Size(source: ByteSource): Promise<Size> {
  const at = async (offset: number, length: number) => {
    const bytes = await source.read(offset, length);
    if (bytes.byteLength < length) {
      throw new TypeError(
        "it must have an image header, got the end of the file; download or copy it again",
      );
    }
    return new DataView(bytes);
  };
  const start = await at(0, 24);
  if (start.getUint32(0) === CODESTREAM) {
    const [offsetX, offsetY] = [start.getUint32(16), start.getUint32(20)];
    return checked({
      width: start.getUint32(8) - offsetX,
      height: start.getUint32(12) - offsetY,
    });
  }
  if (start.getUint32(4) !== 0x6a502020) {
    throw new TypeError(
      "it must be JPEG 2000, got other bytes; it is damaged: download or copy it again",
    );
  }
  let offset = 0;
  for (let i = 0; i < MAX_BOXES; i++) {
    const box = await at(offset, 16);
    const name = String.fromCharCode(...new Uint8Array(box.buffer, 4, 4));
    if (name === HEADER_BOX) {
      const header = await at(offset + 16, 8);
      return checked({ width: header.getUint32(4), height: header.getUint32(0) });
    }
    const short = box.getUint32(0);
    const size = short === 1 ? Number(box.getBigUint64(8)) : short;
    if (size < 8) break;
    offset += size;
  }
  throw new TypeError("it must have an image header, got none; download or copy it again");
}
