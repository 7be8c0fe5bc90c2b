/** Rasters from servers that answer wrongly: ranges, sizes, versions, status, bodies. */

import { ranged, withServer } from "../../files/server.ts";
import type { Draws } from "../draws.ts";
import { INTEGERS } from "../mutate_bytes.ts";
import type { Json } from "../mutate_json.ts";
import type { FuzzReader } from "../reader.ts";
import { tiffSeeds } from "../tiff_seeds.ts";
import { readRasterOf, windowDraws } from "./rasters.ts";

/** Fault of one answer. Failures that are retried happen once, because each retry pauses. */
type Fault = { readonly kind: string; readonly at: number; readonly value: number };

const KINDS = [
  ...[
    "status",
    "start",
    "end",
    "total",
    "noRange",
    "star",
    "shorter",
    "longer",
    "empty",
    "shifted",
  ],
  ...["length", "etag", "whole", "endless", "broken", "garbage", "modified", "encoding"],
];

function faultOf(draws: Draws): Fault {
  const kind = draws.pick(KINDS);
  const value = kind === "status"
    ? draws.pick([
      200,
      201,
      204,
      206,
      300,
      301,
      302,
      304,
      400,
      401,
      403,
      404,
      410,
      416,
      429,
      500,
      503,
    ])
    : draws.pick(INTEGERS.filter((one) => one < 2 ** 53));
  return { kind, at: draws.below(4), value };
}

function changed(
  answer: Response,
  body: Uint8Array<ArrayBuffer>,
  { kind, value }: Fault,
  whole: Uint8Array<ArrayBuffer>,
): Response {
  const headers = new Headers(answer.headers);
  const [, start = "0", end = "0", total = "0"] =
    /bytes (\d+)-(\d+)\/(\d+)/.exec(headers.get("content-range") ?? "") ?? [];
  const range = (a: number | string, b: number | string, c: number | string) =>
    headers.set("content-range", `bytes ${a}-${b}/${c}`);
  let bytes = body;
  let status = answer.status;
  switch (kind) {
    case "status":
      status = value;
      if (value >= 300 && value < 400) headers.set("location", "/a.tif");
      if (value === 204 || value === 304) return new Response(null, { status, headers });
      break;
    case "start":
      range(value, end, total);
      break;
    case "end":
      range(start, value, total);
      break;
    case "total":
      range(start, end, value);
      break;
    case "noRange":
      headers.delete("content-range");
      break;
    case "star":
      range(start, end, "*");
      break;
    case "shorter":
      bytes = body.slice(0, Math.floor(body.length / 2));
      break;
    case "longer":
      bytes = new Uint8Array(body.length + 1 + value % 100_000);
      bytes.set(body);
      break;
    case "empty":
      bytes = new Uint8Array();
      break;
    case "shifted":
      // The bytes of another range, which says so.
      bytes = whole.slice(1 + value % 100, 1 + value % 100 + body.length);
      range(1 + value % 100, value % 100 + bytes.length, total);
      break;
    case "length":
      headers.set("content-length", String(value));
      break;
    case "etag":
      headers.set("etag", '"another"');
      break;
    case "modified":
      headers.set("last-modified", "Mon, 07 May 2018 10:00:00 GMT");
      break;
    case "whole":
      return new Response(whole, { status: 200 });
    case "endless":
      return new Response(
        new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(65536)) }),
        { status: 206, headers },
      );
    case "broken":
      return new Response(
        new ReadableStream({
          start(c) {
            c.enqueue(body.slice(0, 10));
            c.error(new Error("broken"));
          },
        }),
        { status: 206, headers },
      );
    case "garbage":
      headers.set("content-range", draws(value));
      break;
    case "encoding":
      headers.set("content-encoding", "gzip");
      break;
  }
  return new Response(bytes, { status, headers });
}

const draws = (value: number) =>
  [
    "bytes",
    "bytes -",
    "bytes 0-/5",
    "items 0-5/6",
    `bytes 0-${value}`,
    "x".repeat(500),
  ][value % 6]!;

export const servers: FuzzReader = {
  name: "servers",
  share: 0.04,
  seeds: async (folder) => (await tiffSeeds(folder)).filter((_, i) => i % 4 === 0),
  mutate: (draws, seeds) => ({
    files: { "a.tif": draws.pick(seeds).bytes },
    call: {
      at: windowDraws(draws),
      faults: Array.from({ length: draws.below(3) }, () => faultOf(draws)) as unknown as Json,
    },
  }),
  async read(folder, { at, faults }) {
    const bytes = await Deno.readFile(`${folder}/a.tif`);
    const expected = await readRasterOf(`${folder}/a.tif`, at as number[]).catch(() => undefined);
    let count = 0;
    let wrong: string | undefined;
    await withServer((request) => {
      const fault = (faults as unknown as Fault[]).find((one) => one.at === count);
      count++;
      const answer = ranged(bytes, request, { etag: '"v1"' });
      if (fault === undefined) return answer;
      return answer.arrayBuffer().then((body) =>
        changed(answer, new Uint8Array(body), fault, bytes)
      );
    }, async (url) => {
      const { raster } = await readRasterOf(url, at as number[]);
      const same = expected !== undefined && raster.data.length === expected.raster.data.length &&
        raster.data.every((value, i) => Object.is(value, expected.raster.data[i]));
      if (!same) wrong = "the pixels are not those of the local file";
    });
    return wrong;
  },
};
