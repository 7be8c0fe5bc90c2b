/**
 * The parts of other `node:` modules that the library uses, in a browser: paths, addresses,
 * promises of callbacks. Threads are never started, because a page's worker reports no processors.
 *
 * @module
 */

import { absolute } from "./memory_files.ts";
import { sha256 } from "npm:@noble/hashes@2.0.1/sha2.js";

/** The folder of a path. */
export function dirname(path: string): string {
  const cut = path.replace(/\/+$/, "").lastIndexOf("/");
  return cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1)!;
}

/** A path without "." and "..". */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !path.startsWith("/")) parts.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}` || ".";
}

/** An absolute path. */
export function resolve(...parts: readonly string[]): string {
  const start = parts.findLastIndex((part) => part.startsWith("/"));
  return absolute(parts.slice(Math.max(start, 0)).join("/"));
}

/** The way from a folder to a path. */
export function relative(from: string, to: string): string {
  const [start, end] = [from, to].map((path) => absolute(path).split("/").filter(Boolean));
  let common = 0;
  while (common < start!.length && start![common] === end![common]) common++;
  return [...start!.slice(common).map(() => ".."), ...end!.slice(common)].join("/");
}

/** The path of a file URL. */
export function fileURLToPath(url: string | URL): string {
  return decodeURIComponent(new URL(url).pathname);
}

/** The file URL of a path. */
export function pathToFileURL(path: string): URL {
  return new URL(`file://${encodeURI(absolute(path))}`);
}

/** A function that returns a promise instead of calling back. */
export function promisify<A extends readonly unknown[], T>(
  run: (...args: [...A, (error: Error | null, value?: T) => void]) => void,
) {
  return (...args: A): Promise<T> =>
    new Promise((resolve, reject) =>
      run(...args, (error, value) => error ? reject(error) : resolve(value!))
    );
}

/** A hash of bytes that come in parts. */
export function createHash(_algorithm: "sha256"): {
  update(part: Uint8Array | string): void;
  digest(form: "hex"): string;
} {
  const hash = sha256.create();
  return {
    update: (part) => {
      hash.update(typeof part === "string" ? new TextEncoder().encode(part) : part);
    },
    digest: () => hash.digest().toHex(),
  };
}

/** A thread of Node, which a page does not have. */
export class Worker {
  constructor() {
    throw new Error("Cannot start a thread of Node in a browser");
  }
}

export const parentPort = null;
export default {};
