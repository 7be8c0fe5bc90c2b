/** The page of `web/`, built and served to a browser. */

import { buildPage } from "../../web/build.ts";
import { type Page, withPage } from "../report/chromium.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  wasm: "application/wasm",
};

/** A page that is served, and what it asked for. */
export interface ServedPage {
  readonly page: Page;
  /** Address of the page. */
  readonly address: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
}

/** Builds the page once into a folder, serves it and opens a browser. */
export async function withWebPage(
  chromium: string,
  run: (served: ServedPage) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const requests: string[] = [];
  await buildPage(folder);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async ({ url }) => {
      const { pathname } = new URL(url);
      requests.push(pathname);
      const file = pathname === "/" ? "/index.html" : pathname;
      const body = await Deno.readFile(`${folder}${file}`).catch(() => undefined);
      if (body === undefined) return new Response("", { status: 404 });
      const type = TYPES[file.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(body, { headers: { "content-type": type } });
    },
  );
  try {
    const address = `http://127.0.0.1:${server.addr.port}/`;
    await withPage(chromium, (page) => run({ page, address, requests }));
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until an expression of the page is true; fails with the page's error. */
export async function until(page: Page, expression: string, seconds = 300): Promise<void> {
  for (let i = 0; i < seconds * 10; i++) {
    if (await page.evaluate<boolean>(expression)) return;
    const error = await page.evaluate<string>("document.getElementById('error').textContent");
    if (error !== "") throw new Error(`The page shows: ${error}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Not within ${seconds} s: ${expression}\n${page.complaints.join("\n")}`);
}

/** The bytes behind a link of the page. */
export async function linked(page: Page, index: number): Promise<Uint8Array> {
  const text = await page.evaluate<string>(`(async () => {
    const { href } = document.querySelectorAll("#downloads a")[${index}];
    const bytes = new Uint8Array(await (await fetch(href)).arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return btoa(text);
  })()`);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
