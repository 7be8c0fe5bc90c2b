/** Whole files have limits of size, and downloads limits of time. */

import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { InputError } from "../../core/mod.ts";
import { readText, readWhole } from "../../files/mod.ts";
import { answerBody, TransientError, watch } from "../../files/answer_body.ts";
import { countingBytes, withServer } from "./server.ts";

Deno.test("readWhole() reads a file up to the limit, from disk and from an address", async () => {
  const bytes = countingBytes(70_000);
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, bytes);
  try {
    assertEquals(await readWhole(path, { limit: 70_000 }), bytes);
    assertEquals(await readWhole(new URL(`file://${path}`), { limit: 70_000 }), bytes);
    await assertRejects(
      () => readWhole(path, { limit: 69_999 }),
      InputError,
      "it must have at most 69999 bytes, got more",
    );
  } finally {
    await Deno.remove(path);
  }
  await withServer(() => new Response(bytes), async (url) => {
    assertEquals(await readWhole(url, { limit: 70_000 }), bytes);
    await assertRejects(() => readWhole(url, { limit: 69_999 }), InputError, "at most 69999 bytes");
  });
});

Deno.test("readWhole() ends with a pipe or a server that never ends", async () => {
  await assertRejects(
    () => readWhole("/dev/zero", { limit: 2 ** 20 }),
    InputError,
    "at most 1 MiB",
  );
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(65536));
          sent += 65536;
        },
      }),
    );
  await withServer(endless, async (url) => {
    await assertRejects(() => readWhole(url, { limit: 2 ** 20 }), InputError, "at most 1 MiB");
  });
  assertLess(sent, 2 ** 25);
});

Deno.test("answerBody() ends an answer that stalls, or drips", async () => {
  for (const pause of [10_000, 20]) {
    let timer: ReturnType<typeof setTimeout>;
    const drip = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            const next = () => {
              controller.enqueue(new Uint8Array(1));
              timer = setTimeout(next, pause);
            };
            next();
          },
          cancel: () => clearTimeout(timer),
        }),
      );
    await withServer(drip, async (url) => {
      const watching = watch({ stall: 300, patience: 500 });
      const start = performance.now();
      const response = await fetch(url, { signal: watching.signal });
      await assertRejects(
        () => answerBody(response, { limit: 2 ** 20, watch: watching }),
        TransientError,
        "no answer in time",
      );
      watching.stop();
      clearTimeout(timer);
      assertLess(performance.now() - start, 3000);
    });
  }
});

Deno.test("readText() leaves out a byte order mark", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "\uFEFF{}");
  assertEquals(JSON.parse(await readText(path)), {});
  await Deno.remove(path);
});

Deno.test("readText() names an address that refuses, without its secrets", async () => {
  await withServer(() => new Response(null, { status: 403 }), async (url) => {
    const secret = url.replace("http://", "http://me:PASSWORD@") + "?sig=SECRET";
    const error = await assertRejects(() => readText(secret), InputError, "HTTP 403");
    assertEquals(/PASSWORD|SECRET/.test(error.message), false);
    assertEquals(error.message.startsWith(`Cannot read ${url}: `), true);
  });
});

Deno.test("readWhole() names a file that the system does not open, and why", async () => {
  const cases = {
    [Deno.cwd()]: "it must be a file, got a folder",
    ["x".repeat(300)]: "its name must be shorter",
    "a\0b": "its name must not hold the character NUL",
    "s3://bucket/key": "got s3://",
    "file://host/a": "names a host or is malformed",
  };
  for (const [path, message] of Object.entries(cases)) {
    const error = await assertRejects(() => readWhole(path, { limit: 100 }), InputError, message);
    assertEquals(error.message.startsWith("Cannot read "), true, error.message);
  }
  await assertRejects(() => readWhole("/missing/file", { limit: 100 }), Deno.errors.NotFound);
});
