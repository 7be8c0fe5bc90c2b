/**
 * Addresses of queues: `nats://user:password@host:4222/name`.
 *
 * @module
 */

import { shownAddress } from "../../core/mod.ts";

/** A queue on a NATS server. */
export interface QueueAddress {
  /** Host and port. */
  readonly server: string;
  /** True for `tls://`. */
  readonly isEncrypted: boolean;
  /** Name of the queue on the server. */
  readonly name: string;
  /** User and password, or a token; undefined for servers that ask for none. */
  readonly login:
    | { readonly user: string; readonly pass: string }
    | { readonly token: string }
    | undefined;
  /** The address without user, password and token, for messages. */
  readonly shown: string;
}

const PORT = 4222;
const NAME = "scenes";

/** @throws {RangeError} Always; the address is shown without its password. */
function fail(given: string, got: string): never {
  throw new RangeError(
    `Cannot use queue ${
      shownAddress(given)
    }: it must be nats://HOST:PORT/NAME, or tls:// in front, ` +
      `got ${got}`,
  );
}

/**
 * Reads the address of a queue. `nats://token@host` has a token; port and name default to 4222 and
 * `scenes`.
 *
 * @throws {RangeError} If it is no address of a queue.
 *
 * @example
 * ```ts
 * import { queueAddress } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { server, name, shown } = queueAddress("nats://me:secret@host/spring");
 * assertEquals([server, name, shown], ["host:4222", "spring", "nats://host/spring"]);
 * ```
 */
export function queueAddress(given: string): QueueAddress {
  if (!URL.canParse(given)) fail(given, "no address");
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(given);
  if (protocol !== "nats:" && protocol !== "tls:") fail(given, `the scheme ${protocol}//`);
  if (hostname === "") fail(given, "no host");
  if (search !== "" || hash !== "") fail(given, "a query string or fragment");
  const name = pathname.replace(/^\//, "") || NAME;
  // Names of streams and subjects; an underscore ends the name in that of a stream.
  if (!/^[a-z0-9-]{1,64}$/i.test(name)) {
    fail(given, `the name ${name}, which must have letters, digits and - alone`);
  }
  const [user, pass] = [username, password].map(decodeURIComponent) as [string, string];
  return {
    server: `${hostname}:${port || PORT}`,
    isEncrypted: protocol === "tls:",
    name,
    login: user === "" ? undefined : pass === "" ? { token: user } : { user, pass },
    shown: shownAddress(given),
  };
}
