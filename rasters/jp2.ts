/**
 * Reads JPEG 2000 files, such as the bands of Sentinel-2 products, through the gdal_translate
 * command. A file is converted once, on the first read of its pixels.
 *
 * @module
 */

import { dirname } from "node:path";
import { InputError } from "../core/mod.ts";
import {
  diskFull,
  isAddress,
  isDiskFull,
  openByteSource,
  openTemporaryFolder,
  type TemporaryFolder,
} from "../files/mod.ts";
import { openRaster, type OpenRasterOptions } from "./geotiff.ts";
import { readJp2Size } from "./jp2_size.ts";
import { type RasterFile, type RasterHeader, readRequest } from "./raster_file.ts";

/** Side of the tiles of the converted file. */
const TILE = 512;
/** Options of the conversion: fast compression, and tiles so that windows can be read. */
const CONVERT: readonly string[] = [
  ...["-co", "TILED=YES", "-co", `BLOCKXSIZE=${TILE}`, "-co", `BLOCKYSIZE=${TILE}`],
  ...["-co", "COMPRESS=DEFLATE", "-co", "ZLEVEL=1", "-co", "PREDICTOR=2"],
  ...["-co", "BIGTIFF=IF_SAFER", "-co", "NUM_THREADS=ALL_CPUS"],
  ...["--config", "GDAL_NUM_THREADS", "ALL_CPUS"],
];
const FIX = "install gdal-bin, or convert with gdal_translate to GeoTIFF";

interface Translation {
  readonly from: string;
  /** Path in a temporary folder. */
  readonly to: string;
  readonly options: readonly string[];
  /** Stops the program. */
  readonly signal?: AbortSignal;
}

/** Runs gdal_translate. */
async function translate({ from, to, options, signal }: Translation): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command("gdal_translate", {
      args: ["-q", "-of", "GTiff", ...options, from, to],
      stdout: "null",
      stderr: "piped",
      ...(signal && { signal }),
    }).output();
    if (success) return;
    signal?.throwIfAborted();
    const printed = new TextDecoder().decode(stderr);
    if (isDiskFull(printed)) throw diskFull(dirname(dirname(to)));
    const lines = printed.split("\n");
    const line = lines.find((text) => text.startsWith("ERROR")) ?? lines[0] ?? "";
    throw new TypeError(`GDAL must be able to read it, got ${line.trim() || "no reason"}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new TypeError(`JPEG 2000 is read through gdal_translate, which is missing; ${FIX}`);
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw new TypeError(
        "JPEG 2000 is read through gdal_translate, which Deno must be allowed to run; use " +
          `deno task restore:jp2, or add --allow-run=gdal_translate (or ${FIX})`,
      );
    }
    throw error;
  }
}

async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new InputError(`Cannot read raster ${path}: ${reason}`, { cause: error });
  }
}

/** Runs `work` with a temporary folder that is removed afterwards. */
async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await openTemporaryFolder();
  try {
    return await work(folder.path);
  } finally {
    await folder.remove();
  }
}

/** Reads the header: the size from the file, the rest from a conversion of the first pixel. */
async function readHeader(path: string, options: OpenRasterOptions): Promise<RasterHeader> {
  const source = await openByteSource(path);
  const size = await readJp2Size(source).finally(() => source.close());
  return await withFolder(async (folder) => {
    const pixel = `${folder}/pixel.tif`;
    await translate({ from: path, to: pixel, options: ["-srcwin", "0", "0", "1", "1"] });
    const file = await openRaster(pixel, options);
    await file.close();
    return { ...file.header, ...size };
  });
}

/** Checks the converted pixels against the size that the file states. */
function checkSize(pixels: RasterHeader, { width, height }: RasterHeader): void {
  if (pixels.width === width && pixels.height === height) return;
  throw new TypeError(
    `its pixels must have the size of its header, ${width}×${height}, got ${pixels.width}×` +
      `${pixels.height}; the file is damaged: download or copy it again`,
  );
}

/** A converted file and its temporary folder. */
interface Converted {
  readonly file: RasterFile;
  readonly folder: TemporaryFolder;
}

async function convert(
  path: string,
  { signal, ...options }: OpenRasterOptions & { readonly signal: AbortSignal },
): Promise<Converted> {
  signal.throwIfAborted();
  const folder = await openTemporaryFolder();
  try {
    const whole = `${folder.path}/whole.tif`;
    await translate({ from: path, to: whole, options: CONVERT, signal });
    const file = await openRaster(whole, options);
    // Where the system allows it, the file is removed at once: its bytes stay as long as it is
    // open, and even a killed program leaves nothing behind.
    await folder.remove().catch(() => {});
    return { file, folder };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/**
 * Opens a JPEG 2000 file; the caller closes it.
 *
 * The first read converts the pixels into a temporary GeoTIFF of about their size. That file is
 * removed at the latest when this one is closed, or, if the program is killed, when the next JPEG
 * 2000 file is opened.
 *
 * @throws {InputError} If the file cannot be read, gdal_translate is missing or not permitted, or
 *   the folder for temporary files is full.
 */
export async function openJp2(path: string, options: OpenRasterOptions = {}): Promise<RasterFile> {
  if (isAddress(path)) {
    throw new InputError(
      `Cannot read raster ${path}: JPEG 2000 must be a local file, got an address; download it ` +
        "first",
    );
  }
  const header = await named(path, () => readHeader(path, options));
  let converted: Promise<Converted> | undefined;
  const closed = new AbortController();
  return {
    header,
    blockHeight: TILE,
    async read(request = {}) {
      readRequest(header, request, path);
      converted ??= convert(path, { ...options, signal: closed.signal });
      try {
        const { file } = await converted;
        checkSize(file.header, header);
        return await file.read(request);
      } catch (error) {
        return await named(path, () => Promise.reject(error));
      }
    },
    async close() {
      // Stops a conversion in progress and rejects later reads.
      closed.abort(new TypeError("the file must be open, got a closed one"));
      if (converted === undefined) return;
      // A conversion that failed has removed its files.
      const done = await converted.catch(() => undefined);
      converted = undefined;
      if (done === undefined) return;
      await done.file.close();
      await done.folder.remove();
    },
  };
}
