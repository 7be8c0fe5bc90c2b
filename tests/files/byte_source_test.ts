/** Ranges of remote and local files: checked against the request, complete, of one version. */

import { assertEquals, assertRejects } from "@std/assert";
import { type ByteSource, openByteSource } from "../../files/mod.ts";
import { countingBytes, ranged, withServer } from "./server.ts";

const BYTES = countingBytes(100_000);

/** Reads 30,000 bytes from 40,000 on of a file that `handler` serves. */
async function middle(
  handler: (request: Request, number: number) => Response | Promise<Response>,
): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  let number = 0;
  await withServer((request) => handler(request, number++), async (url) => {
    const source = await openByteSource(`${url}?sig=SECRET`);
    bytes = new Uint8Array(await source.read(40_000, 30_000));
    source.close();
  });
  return bytes;
}

const EXPECTED = BYTES.slice(40_000, 70_000);

Deno.test("openByteSource() reads ranges, and the rest of one that a server cuts short", async () => {
  assertEquals(await middle((request) => ranged(BYTES, request)), EXPECTED);
  const capped = (request: Request) => {
    const [, from = 0, to = 0] = /(\d+)-(\d+)/.exec(request.headers.get("range")!)!.map(Number);
    const range = `bytes=${from}-${Math.min(to, from + 8191)}`;
    return ranged(BYTES, new Request(request.url, { headers: { range } }));
  };
  assertEquals(await middle(capped), EXPECTED);
});

Deno.test("openByteSource() reads a file whose size the server does not report", async () => {
  const unknown = (request: Request) => {
    const answer = ranged(BYTES, request);
    if (answer.status !== 206) return answer;
    const range = answer.headers.get("content-range")!.replace(/\/.*/, "/*");
    return new Response(answer.body, { status: 206, headers: { "content-range": range } });
  };
  await withServer(unknown, async (url) => {
    const source = await openByteSource(url);
    assertEquals(source.size, Infinity);
    const end = new Uint8Array(await source.read(90_000, 30_000));
    assertEquals(end, BYTES.slice(90_000));
    assertEquals((await source.read(100_000, 2000)).byteLength, 0);
  });
});

/** Answers whose Content-Range or body is not what was asked for. */
const WRONG: Readonly<Record<string, (request: Request) => Response>> = {
  "the first bytes instead": (request) => {
    const [, from = 0, to = 0] = /(\d+)-(\d+)/.exec(request.headers.get("range")!)!.map(Number);
    return new Response(BYTES.slice(0, to - from + 1), {
      status: 206,
      headers: { "content-range": `bytes 0-${to - from}/${BYTES.length}` },
    });
  },
  "no Content-Range": (request) => new Response(ranged(BYTES, request).body, { status: 206 }),
  "a Content-Range of other units": (request) =>
    new Response(ranged(BYTES, request).body, {
      status: 206,
      headers: { "content-range": "items 40000-69999/100000" },
    }),
  "more than the range": (request) => {
    const [, from = 0, to = 0] = /(\d+)-(\d+)/.exec(request.headers.get("range")!)!.map(Number);
    return new Response(BYTES.slice(from, to + 100), {
      status: 206,
      headers: { "content-range": `bytes ${from}-${to + 99}/${BYTES.length}` },
    });
  },
  "a body that is shorter than stated": (request) => {
    const answer = ranged(BYTES, request);
    const headers = { "content-range": answer.headers.get("content-range")! };
    return new Response(BYTES.slice(0, 7), { status: 206, headers });
  },
  "a body that is longer than stated": (request) => {
    const headers = { "content-range": ranged(BYTES, request).headers.get("content-range")! };
    return new Response(BYTES.slice(0, 40_000), { status: 206, headers });
  },
};

for (const [name, wrong] of Object.entries(WRONG)) {
  Deno.test(`openByteSource() refuses ${name}`, async () => {
    await assertRejects(
      () => middle((request, number) => number === 0 ? ranged(BYTES, request) : wrong(request)),
      TypeError,
      "range",
    );
  });
}

Deno.test("openByteSource() refuses a remote file that changes while it is read", async () => {
  const cases: readonly ((number: number) => Readonly<Record<string, string>>)[] = [
    (number) => ({ etag: `"${number}"` }),
    (number) => ({ "last-modified": `Mon, 07 May 2018 10:00:0${number} GMT` }),
  ];
  for (const headersOf of cases) {
    await assertRejects(
      () => middle((request, number) => ranged(BYTES, request, headersOf(number))),
      TypeError,
      "the file must stay the same while it is read",
    );
    assertEquals(await middle((request) => ranged(BYTES, request, headersOf(1))), EXPECTED);
  }
  const longer = countingBytes(100_001);
  const shorter = countingBytes(30_000);
  for (const other of [longer, shorter]) {
    await assertRejects(
      () => middle((request, number) => ranged(number === 0 ? BYTES : other, request)),
      TypeError,
      `got ${other.length} bytes after 100000 bytes`,
    );
  }
});

Deno.test("openByteSource() refuses a local file that changes while it is read", async () => {
  const path = await Deno.makeTempFile();
  const write = async (bytes: Uint8Array, time: number) => {
    await Deno.writeFile(path, bytes);
    await Deno.utime(path, time, time);
  };
  const changes: readonly (() => Promise<void>)[] = [
    () => write(BYTES.slice(0, 50_000), 1000),
    () => write(BYTES, 2000),
    () => write(countingBytes(100_001), 1000),
  ];
  let source: ByteSource | undefined;
  try {
    for (const change of changes) {
      await write(BYTES, 1000);
      source = await openByteSource(path);
      assertEquals((await source.read(40_000, 10)).byteLength, 10);
      await change();
      await assertRejects(
        async () => await source!.read(40_000, 10),
        TypeError,
        "the file must stay the same while it is read",
      );
      source.close();
    }
  } finally {
    source?.close();
    await Deno.remove(path);
  }
});

Deno.test("openByteSource() waits for a busy server as long as it asks for, but not for long", async () => {
  for (
    const [status, wait] of [[503, "1"], [429, new Date(Date.now() + 2000).toUTCString()]] as const
  ) {
    const start = performance.now();
    const busy = (request: Request, number: number) =>
      number === 1
        ? new Response(null, { status, headers: { "retry-after": wait } })
        : ranged(BYTES, request);
    assertEquals(await middle(busy), EXPECTED);
    if (status === 503) assertEquals(performance.now() - start >= 990, true);
  }
  const start = performance.now();
  await assertRejects(
    () => middle(() => new Response(null, { status: 503, headers: { "retry-after": "3600" } })),
    TypeError,
    "the server asks to wait 3600 s",
  );
  assertEquals(performance.now() - start < 5000, true);
});

Deno.test("openByteSource() asks again when an answer breaks off", async () => {
  const broken = (request: Request, number: number) => {
    if (number !== 1) return ranged(BYTES, request);
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(BYTES.slice(40_000, 40_100));
        controller.error(new Error("gone"));
      },
    });
    const headers = { "content-range": `bytes 40000-69999/${BYTES.length}` };
    return new Response(body, { status: 206, headers });
  };
  assertEquals(await middle(broken), EXPECTED);
});
