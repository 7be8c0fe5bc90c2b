/** GDAL as the judge of pixels: a Python process that reads what our reader has read. */

import { findPython } from "../rasters/cog_cases.ts";
import type { ReadPixels } from "./reader.ts";

const SCRIPT = new URL("oracle.py", import.meta.url).pathname;
/** Time in milliseconds after which GDAL counts as hanging. */
const PATIENCE = 20_000;

/** GDAL's result for a file. */
export interface GdalFacts {
  readonly size: readonly number[];
  readonly transform: readonly number[];
  readonly alpha: readonly number[];
  readonly flags: readonly number[];
  readonly dtype: string;
  readonly scales: readonly (number | null)[];
  readonly offsets: readonly (number | null)[];
  readonly compression: string | null;
  readonly warning: string;
}

/** GDAL's reading of a window. */
export interface GdalPixels extends GdalFacts {
  /** [height, width, bands]. */
  readonly values: Float64Array;
  /** 0 where GDAL's mask of the band says missing, [height, width, bands]. */
  readonly masks: Uint8Array;
}

export interface Oracle {
  /** Reads a window, or says why GDAL does not. */
  read(pixels: ReadPixels): Promise<GdalPixels | string>;
  close(): Promise<void>;
}

/** The processes of one oracle: after a crash of GDAL the next one starts. */
class Process {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array();

  constructor(python: string) {
    this.#child = new Deno.Command(python, {
      args: [SCRIPT],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#reader.read();
    if (done) throw new Error("GDAL crashed");
    const joined = new Uint8Array(this.#rest.length + value.length);
    joined.set(this.#rest);
    joined.set(value, this.#rest.length);
    this.#rest = joined;
  }

  async ask(
    request: unknown,
  ): Promise<{ readonly head: Record<string, unknown>; readonly body: Uint8Array }> {
    const timer = setTimeout(() => this.kill(), PATIENCE);
    try {
      await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
      while (!this.#rest.includes(10)) await this.#more();
      const end = this.#rest.indexOf(10);
      const head = JSON.parse(new TextDecoder().decode(this.#rest.subarray(0, end)));
      while (this.#rest.length < end + 1 + head.bytes) await this.#more();
      const body = this.#rest.slice(end + 1, end + 1 + head.bytes);
      this.#rest = this.#rest.slice(end + 1 + head.bytes);
      return { head, body };
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }

  async close(): Promise<void> {
    this.kill();
    await this.#writer.abort().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    await this.#child.status;
  }
}

/** Starts GDAL; undefined where its Python module is missing. */
export async function openOracle(): Promise<Oracle | undefined> {
  const python = await findPython("osgeo.gdal_array");
  if (python === undefined) return undefined;
  let process = new Process(python);
  return {
    async read({ path, window: { column, row, width, height } }) {
      try {
        const { head, body } = await process.ask({ path, window: [column, row, width, height] });
        if (typeof head.error === "string") return `${head.error} (${head.compression})`;
        const facts = head.read as GdalFacts;
        const count = width * height * facts.size[2]!;
        return {
          ...facts,
          transform: facts.transform.map(Number),
          values: new Float64Array(body.buffer, 0, count),
          masks: body.subarray(8 * count),
        };
      } catch (error) {
        await process.close();
        process = new Process(python);
        return `crash: ${(error as Error).message}`;
      }
    },
    close: () => process.close(),
  };
}
