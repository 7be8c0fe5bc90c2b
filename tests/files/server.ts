/** A server of one file whose answers a test decides on. */

/** The part of `bytes` that a request asks for, as a correct server sends it. */
export function ranged(
  bytes: Uint8Array<ArrayBuffer>,
  request: Request,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (from === undefined) return new Response(bytes, { headers });
  const part = bytes.slice(Number(from), Number(to) + 1);
  if (part.length === 0) {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${bytes.length}` },
    });
  }
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  return new Response(part, { status: 206, headers: { "content-range": range, ...headers } });
}

/** Runs `work` with the address of a file that `handler` serves. */
export async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
      signal: end.signal,
      onError: () => new Response(),
    },
    handler,
  );
  try {
    await work(`http://127.0.0.1:${server.addr.port}/a.tif`);
  } finally {
    end.abort();
    await server.finished;
  }
}

/** Bytes 0, 1, 2, … modulo 251. */
export function countingBytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}
