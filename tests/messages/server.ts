/**
 * A server of files: whole, by ranges, behind a login, and behind a password.
 *
 * @module
 */

/** Serves the files of a folder; `/whole/` ignores ranges, `/login/` answers a page, `/secret/` refuses. */
export function startServer(folder: string): { readonly address: string; stop(): Promise<void> } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/secret/")) return new Response("no", { status: 401 });
    if (pathname.startsWith("/login/")) {
      return new Response("<!doctype html><title>Log in</title>", {
        headers: { "content-type": "text/html" },
      });
    }
    const bytes = await Deno.readFile(`${folder}/${pathname.split("/").at(-1)}`).catch(() => null);
    if (bytes === null) return new Response("none", { status: 404 });
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
    if (first === undefined || pathname.startsWith("/whole/")) return new Response(bytes);
    const end = Math.min(bytes.length, Number(last || bytes.length) + 1);
    return new Response(bytes.slice(Number(first), end), {
      status: 206,
      headers: { "content-range": `bytes ${first}-${end - 1}/${bytes.length}` },
    });
  });
  return { address: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}
