/**
 * Connections of the NATS client over Deno's sockets. The client's transport for Node.js isn't used: under
 * Deno, a connection that the server resets after a refused password ends the program.
 *
 * @module
 */

import type {
  ConnectionOptions,
  NatsConnection,
  Transport,
} from "npm:@nats-io/nats-core@3.4.0/internal";

export type { NatsConnection };

/** Largest number of bytes that are read at once. */
const CHUNK = 64 * 1024;

/** The client. */
type Client = typeof import("npm:@nats-io/nats-core@3.4.0/internal");

/** Writes all bytes. */
async function writeAll(socket: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) from += await socket.write(bytes.subarray(from));
}

/** Makes a transport, for one connection. */
function denoTransport(client: Client): Transport {
  const ended = Promise.withResolvers<void | Error>();
  let socket: Deno.Conn | undefined;
  let isEncrypted = false;
  let isClosed = false;
  let closeError: Error | undefined;
  let written: Promise<void> = Promise.resolve();
  /** Bytes that arrived with the server's first line. */
  let rest: Uint8Array = new Uint8Array();

  const read = async (): Promise<Uint8Array | undefined> => {
    const bytes = new Uint8Array(CHUNK);
    const count = await socket?.read(bytes);
    return count ? bytes.subarray(0, count) : undefined;
  };
  const close = () => {
    try {
      socket?.close();
    } catch {
      // It is closed.
    }
  };
  const end = (error?: Error) => {
    if (isClosed) return;
    isClosed = true;
    closeError = error;
    close();
    ended.resolve(error);
  };
  /** The server's description of itself, its first line. */
  const firstLine = async () => {
    for (;;) {
      const bytes = await read();
      if (bytes === undefined) throw new Error("the server closed the connection");
      rest = new Uint8Array([...rest, ...bytes]);
      const line = client.extractProtocolMessage(rest);
      if (line === "") continue;
      const found = client.INFO.exec(line);
      if (found === null) throw new Error("no NATS server answers there");
      return JSON.parse(found[1]!);
    }
  };

  return {
    lang: "emrdm",
    version: "1",
    get isClosed() {
      return isClosed;
    },
    get closeError() {
      return closeError!;
    },
    isEncrypted: () => isEncrypted,
    closed: () => ended.promise,
    async connect({ hostname, port, tlsName }, options) {
      try {
        const plain = await Deno.connect({ hostname, port });
        socket = plain;
        plain.setNoDelay(true);
        const info = await firstLine();
        client.checkOptions(info, options);
        if (info.tls_required || (info.tls_available && options.tls !== null)) {
          // Only the first line is in plain text.
          const encrypted = await Deno.startTls(plain, { hostname: tlsName || hostname });
          socket = encrypted;
          await encrypted.handshake();
          isEncrypted = true;
        }
        if (isClosed) throw new Error("the connection was closed");
      } catch (error) {
        // A connection that never opened doesn't end.
        isClosed = true;
        close();
        throw new client.errors.ConnectionError((error as Error).message, { cause: error });
      }
    },
    async *[Symbol.asyncIterator]() {
      if (rest.length > 0) yield rest;
      try {
        for (let bytes = await read(); bytes !== undefined; bytes = await read()) yield bytes;
        end();
      } catch (error) {
        // Closed on this side, reading fails, too.
        end(error as Error);
      }
    },
    send(frame) {
      // A connection that fails is noticed by reading.
      written = written.then(() => isClosed ? undefined : writeAll(socket!, frame)).catch(() => {});
    },
    async close(error) {
      if (error === undefined) await written;
      end(error);
    },
    disconnect: () => void written.then(() => end()),
    discard: () => end(),
  };
}

/** Connects to a server. */
export async function connectNats(options: ConnectionOptions): Promise<NatsConnection> {
  const client = await import("npm:@nats-io/nats-core@3.4.0/internal");
  client.setTransportFactory({ factory: () => denoTransport(client) });
  return await client.NatsConnectionImpl.connect(options);
}
