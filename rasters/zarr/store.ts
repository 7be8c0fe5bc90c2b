/**
 * Zarr stores in folders and at addresses.
 *
 * @module
 */

import { InputError, shownAddress } from "../../core/mod.ts";
import { isAddress, pathInAddress, readWhole, RefusedError } from "../../files/mod.ts";
import type { ZarrStore } from "./zarrita.ts";

/** Largest chunk in bytes. */
const LIMIT = 2 ** 30;
const NOT_FOUND = 404;
const FORBIDDEN = 403;

/** Path or address below a store; the query string of a signed address stays at its end. */
export function pathBelow(root: string, key: string): string {
  const below = key.replace(/^\//, "");
  if (!isAddress(root)) return `${root.replace(/\/+$/, "")}/${below}`;
  const [, address = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(root) ?? [];
  return `${address.replace(/\/+$/, "")}/${below}${query}`;
}

/** True for the keys of metadata, which a store of another version lacks. */
function isMetadata(key: string): boolean {
  return /(?:^|\/)(?:\.z[a-z]+|zarr\.json)$/.test(key);
}

/**
 * Opens a store.
 *
 * A chunk that the store does not hold is one that was never written; a server that refuses one for
 * another reason is an error, as its pixels are not known to be missing.
 */
export function openStore(root: string): ZarrStore {
  return {
    async get(key) {
      try {
        return await readWhole(pathBelow(root, key), { limit: LIMIT });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        const refused = error instanceof InputError ? error.cause : undefined;
        if (refused instanceof RefusedError) {
          const { status } = refused;
          // Storages that do not list their files forbid what they lack.
          if (status === NOT_FOUND || (status === FORBIDDEN && isMetadata(key))) return undefined;
        }
        throw error;
      }
    },
  };
}

/** Root of a store and the path in it, of a path such as `S2A.zarr/r10m/b02`. */
export function splitZarrPath(
  name: string,
): { readonly root: string; readonly inner: string } | undefined {
  const query = isAddress(name) ? /\?[^#]*/.exec(name)?.[0] ?? "" : "";
  const plain = query === "" ? name : name.slice(0, name.indexOf("?"));
  const found = /^(.*?\.zarr)(?:\/(.*))?$/is.exec(plain);
  if (found === null || !/\.zarr(?:\/|$)/i.test(pathInAddress(plain))) return undefined;
  return { root: `${found[1]}${query}`, inner: (found[2] ?? "").replace(/\/+$/, "") };
}

/** An error of a store. */
export function zarrError(name: string, message: string, cause?: unknown): InputError {
  return new InputError(`Cannot read Zarr array ${shownAddress(name)}: ${message}`, { cause });
}
