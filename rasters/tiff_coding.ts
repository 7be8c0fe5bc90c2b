/**
 * Coding of the samples of a TIFF image: pixel type, compression, predictor, colours. What is
 * not read as GDAL reads it is refused by name.
 *
 * @module
 */

import { isPredicted, LERC, maxRatio, NONE } from "./decode/compression.ts";
import type { BlockCoding } from "./decode/decode_block.ts";
import { dtypeOf } from "./decode/samples.ts";
import type { TiffDirectory } from "./tiff_directory.ts";
import { integerOf, integersOf } from "./tiff_values.ts";

const BITS = 258;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const FILL_ORDER = 266;
const PREDICTOR = 317;
const SAMPLE_FORMAT = 339;
const LERC_PARAMETERS = 50674;
/** Photometric interpretations whose samples are the values of the bands. */
const PHOTOMETRICS: readonly number[] = [0, 1, 2, 3, 4];
const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  5: "CMYK",
  6: "YCbCr",
  8: "CIE L*a*b*",
  9: "ICC L*a*b*",
  10: "ITU L*a*b*",
  32803: "a colour filter array",
  32844: "LogL",
  32845: "LogLuv",
};

/** A value of each sample, which must all be equal; some writers state it once for all. */
async function common(
  directory: TiffDirectory,
  { tag, samples, name, fallback }: {
    readonly tag: number;
    readonly samples: number;
    readonly name: string;
    readonly fallback: number;
  },
): Promise<number> {
  const values = await integersOf(directory, tag) ?? [fallback];
  if (values.length !== 1 && values.length < samples) {
    throw new TypeError(
      `it must state ${name} of ${samples} bands, got ${values.length}; the file is damaged: download or copy it again`,
    );
  }
  const different = new Set(values);
  if (different.size !== 1) {
    throw new TypeError(
      `its bands must have one pixel type, got ${name} ${[...different].join(", ")}; convert ` +
        "it: gdal_translate -ot Float32 -co INTERLEAVE=BAND IN OUT.tif",
    );
  }
  return values[0]!;
}

/** Names of the sample formats. */
const FORMAT_NAMES: Readonly<Record<number, string>> = {
  1: "unsigned integers",
  2: "signed integers",
  3: "floating-point numbers",
  4: "unsigned integers",
  5: "complex integers",
  6: "complex numbers",
};
const COMPLEX: readonly number[] = [5, 6];

/** Refuses samples that no pixel type holds. */
function checkSamples({ format, bits }: { readonly format: number; readonly bits: number }): void {
  if (dtypeOf({ format, bits }) !== undefined) return;
  const kind = FORMAT_NAMES[format];
  if (kind === undefined) {
    throw new TypeError(
      `its sample format must be 1 to 6, got ${format}; the file is damaged: download or copy it again`,
    );
  }
  const fix = COMPLEX.includes(format)
    ? "keep their real part: gdal_translate -ot Float64 IN OUT.tif"
    : "convert it: gdal_translate -ot Float64 IN OUT.tif";
  throw new TypeError(
    "its pixel type must be an integer of up to 32 bits or a float of 16, 32 or 64, got " +
      `${kind} of ${bits} bits; ${fix}`,
  );
}

/**
 * Reads how the blocks of an image are coded.
 *
 * @param samples Number of bands.
 * @throws {TypeError} If they are coded in a way that is not read as GDAL reads it.
 */
export async function readCoding(directory: TiffDirectory, samples: number): Promise<BlockCoding> {
  const bits = await common(directory, { tag: BITS, samples, name: "bits", fallback: 1 });
  const format = await common(directory, {
    tag: SAMPLE_FORMAT,
    samples,
    name: "sample format",
    fallback: 1,
  });
  checkSamples({ format, bits });
  const compression = await integerOf(directory, COMPRESSION) ?? NONE;
  maxRatio(compression);
  const photometric = await integerOf(directory, PHOTOMETRIC) ?? 1;
  if (!PHOTOMETRICS.includes(photometric)) {
    const name = PHOTOMETRIC_NAMES[photometric];
    throw new TypeError(
      "its colours must be grey, RGB or a palette, got " +
        (name === undefined
          ? `photometric interpretation ${photometric}; the file is damaged: download or copy it again`
          : `${name}; convert it: gdal_translate -co PHOTOMETRIC=RGB IN OUT.tif`),
    );
  }
  const fillOrder = await integerOf(directory, FILL_ORDER) ?? 1;
  if (fillOrder !== 1) {
    throw new TypeError(
      `its bits must be in fill order 1, got ${fillOrder}; convert it: gdal_translate IN OUT.tif`,
    );
  }
  const predictor = await integerOf(directory, PREDICTOR) ?? 1;
  if (isPredicted(compression)) checkPredictor(predictor, { format, bits });
  if (compression === LERC && bits > 8 && !directory.littleEndian) {
    throw new TypeError(
      "with LERC its values must be little-endian, got big-endian, where writers confuse NaN and " +
        "values; convert it: gdal_translate -co COMPRESS=DEFLATE -co ENDIANNESS=LITTLE IN OUT.tif",
    );
  }
  if (compression === LERC && !isLercType(format, bits)) {
    throw new TypeError(
      "with LERC its samples must be integers of 8, 16 or 32 bits or floats of 32 or 64, got " +
        `${FORMAT_NAMES[format]} of ${bits} bits; the file is damaged: download or copy it again`,
    );
  }
  const [, lercCompression = 0] = await integersOf(directory, LERC_PARAMETERS) ?? [];
  if (compression === LERC && lercCompression > 2) {
    throw new TypeError(
      `its LERC must be alone or within DEFLATE or Zstandard, got compression ${lercCompression}; ` +
        "the file is damaged: download or copy it again",
    );
  }
  const { littleEndian } = directory;
  const dtype = dtypeOf({ format, bits })!;
  return { bits, format, dtype, compression, predictor, littleEndian, lercCompression };
}

/** True for the samples that LERC stores. */
function isLercType(format: number, bits: number): boolean {
  return (format === 3 ? [32, 64] : [8, 16, 32]).includes(bits);
}

function checkPredictor(
  predictor: number,
  { format, bits }: { readonly format: number; readonly bits: number },
): void {
  const allowed = predictor === 1 || (predictor === 2 && [8, 16, 32, 64].includes(bits)) ||
    (predictor === 3 && format === 3);
  if (allowed) return;
  throw new TypeError(
    "its predictor must be none, 2 for samples of 8, 16, 32 or 64 bits, or 3 for floats, got " +
      `${predictor} for ${format === 3 ? "floats" : "integers"} of ${bits} bits; the file is ` +
      "damaged: download or copy it again",
  );
}
