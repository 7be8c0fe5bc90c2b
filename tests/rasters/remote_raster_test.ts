/** Rasters over HTTP: by ranges only, and a reason where that is not possible. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { openRaster, readRaster, writeCog } from "../../rasters/mod.ts";

const SIDE = 1200;

/** A COG of noise, which DEFLATE cannot shrink. */
async function cogBytes(): Promise<Uint8Array<ArrayBuffer>> {
  let state = 7;
  const data = Uint16Array.from({ length: SIDE * SIDE }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  });
  const path = await Deno.makeTempFile({ suffix: ".tif" });
  await writeCog(path, { width: SIDE, height: SIDE, bands: ["B02"], data, dtype: "uint16" }, {
    overwrite: true,
  });
  const bytes = await Deno.readFile(path);
  await Deno.remove(path);
  return bytes;
}

function ranged(bytes: Uint8Array<ArrayBuffer>, request: Request): Response {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (from === undefined) return new Response("a range must be asked for", { status: 400 });
  const part = bytes.slice(Number(from), Number(to) + 1);
  if (part.length === 0) return new Response(null, { status: 416 });
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  return new Response(part, { status: 206, headers: { "content-range": range } });
}

async function withServer(
  handler: (request: Request) => Response,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  try {
    await work(`http://127.0.0.1:${server.addr.port}/a.tif`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("openRaster() fetches what windows need, through redirects, and no more", async () => {
  const bytes = await cogBytes();
  let [sent, requests] = [0, 0];
  const handler = (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname === "/a.tif") return Response.redirect(new URL("/b.tif", url), 302);
    if (url.pathname !== "/b.tif") return new Response("none", { status: 404 });
    requests++;
    const response = ranged(bytes, request);
    sent += Number(response.headers.get("content-range")?.match(/-(\d+)/)?.[1] ?? 0) -
      Number(response.headers.get("content-range")?.match(/ (\d+)-/)?.[1] ?? 0);
    return response;
  };
  await withServer(handler, async (url) => {
    const file = await openRaster(url);
    assertEquals([file.header.width, file.blockHeight, requests], [SIDE, 512, 1]);
    const window = { column: 10, row: 1100, width: 50, height: 5 };
    const { data } = await file.read({ window });
    await file.close();
    assertEquals(data.length, 250);
    // The head and one tile of nine.
    assertEquals(requests, 2);
    assertLess(sent, bytes.length / 4);
  });
});

Deno.test("openRaster() says why an address cannot be read", async () => {
  await withServer(
    () => new Response("no", { status: 404, statusText: "Not Found" }),
    async (url) => {
      await assertRejects(
        () => openRaster(url),
        InputError,
        `${url}: the address must hold a file`,
      );
      await assertRejects(() => openRaster(url), InputError, "HTTP 404 Not Found");
    },
  );
  // Nobody listens there any more.
  let dead = "";
  await withServer(() => new Response(), (url) => Promise.resolve(void (dead = url)));
  const start = performance.now();
  const error = await assertRejects(() => openRaster(dead), InputError, "onnection refused");
  assertLess(performance.now() - start, 5000);
  assert(error.message.startsWith(`Cannot read raster ${dead}: the address must answer`));
  assertEquals(error.message.split("\n").length, 1);
  await withServer(() => new Response(null, { status: 416 }), async (url) => {
    await assertRejects(() => openRaster(url), InputError, "an empty file");
  });
});

Deno.test("openRaster() refuses a server that does not answer ranges, without fetching the file", async () => {
  const bytes = await cogBytes();
  let pulled = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytes.slice(0, 65536));
        pulled += 65536;
        if (pulled > 2 ** 28) controller.close();
      },
    });
  await withServer(() => new Response(body()), async (url) => {
    await assertRejects(() => openRaster(url), InputError, "download the file first");
  });
  assertLess(pulled, 2 ** 24);
});

Deno.test("readRaster() asks again when a server fails on the way", async () => {
  const bytes = await cogBytes();
  let requests = 0;
  const handler = (request: Request) => {
    if (!request.url.endsWith("/a.tif")) return new Response("none", { status: 404 });
    return ++requests === 2 ? new Response(null, { status: 503 }) : ranged(bytes, request);
  };
  await withServer(handler, async (url) => {
    const window = { column: 0, row: 0, width: 4, height: 4 };
    assertEquals((await readRaster(url, { window })).data.length, 16);
  });
  assertEquals(requests, 3);
});

/** Answers of a server to what it does not have. */
const ABSENT: Readonly<Record<string, () => Response>> = {
  "404": () => new Response("none", { status: 404 }),
  "403, as of a storage that does not list its files": () => new Response("", { status: 403 }),
  "a page": () => new Response("<!doctype html><title>Welcome</title>"),
};

async function withSiblings(
  work: (files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.tif`;
  const size = { width: 4, height: 2 };
  try {
    const data = new Uint16Array([1, 2, 3, 4, 5, 6, 7, 8]);
    await writeCog(path, { ...size, bands: ["B02"], dtype: "uint16", data });
    await writeCog(`${path}.msk`, {
      ...size,
      bands: ["mask"],
      dtype: "uint8",
      data: new Uint8Array([255, 255, 0, 255, 255, 255, 255, 0]),
      tags: { INTERNAL_MASK_FLAGS_1: "2" },
    });
    const band = '<PAMRasterBand band="1"><NoDataValue>5</NoDataValue></PAMRasterBand>';
    await Deno.writeTextFile(`${path}.aux.xml`, `<PAMDataset>${band}</PAMDataset>`);
    const files: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const name of ["a.tif", "a.tif.msk", "a.tif.aux.xml"]) {
      files[`/${name}`] = await Deno.readFile(`${folder}/${name}`);
    }
    await work(files, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openRaster() reads .msk and .aux.xml next to an address as next to a path", () =>
  withSiblings(async (files, folder) => {
    const local = await readRaster(`${folder}/a.tif`);
    assertEquals([local.nodata, local.valid], [5, new Uint8Array([1, 1, 0, 1, 0, 1, 1, 0])]);
    const asked: string[] = [];
    await withServer((request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return ranged(files[pathname]!, request);
    }, async (url) => assertEquals(await readRaster(url), local));
    assertEquals(asked.toSorted(), ["/a.tif", "/a.tif.aux.xml", "/a.tif.msk"]);
  }));

Deno.test("openRaster() asks once for what is not next to an address, and not at all if it is signed", () =>
  withSiblings(async (files) => {
    for (const [name, absent] of Object.entries(ABSENT)) {
      const asked: string[] = [];
      await withServer((request) => {
        const { pathname } = new URL(request.url);
        asked.push(pathname);
        return pathname === "/a.tif" ? ranged(files[pathname]!, request) : absent();
      }, async (url) => {
        const { nodata, valid } = await readRaster(url);
        assertEquals([nodata, valid], [undefined, undefined], name);
        assertEquals(asked.length, 3, name);
        await readRaster(`${url}?X-Amz-Signature=secret`);
        assertEquals(asked.slice(3), ["/a.tif"], name);
      });
    }
  }));

Deno.test("openRaster() reports a damaged .msk or .aux.xml next to an address", () =>
  withSiblings(async (files) => {
    const damaged: Readonly<Record<string, [Uint8Array<ArrayBuffer>, string]>> = {
      "/a.tif.msk": [files["/a.tif.msk"]!.slice(0, 60), "its mask http"],
      "/a.tif.aux.xml": [new TextEncoder().encode("<PAMDataset><Broken"), "its metadata in http"],
    };
    for (const [name, [bytes, says]] of Object.entries(damaged)) {
      await withServer((request) => {
        const { pathname } = new URL(request.url);
        return ranged(pathname === name ? bytes : files[pathname]!, request);
      }, async (url) => {
        await assertRejects(() => readRaster(url), InputError, says);
      });
    }
  }));
