/**
 * Door to NATS JetStream: connections whose errors are those of this library.
 *
 * @module
 */

import type { JetStreamClient, JetStreamManager } from "npm:@nats-io/jetstream@3.4.0";
import { InputError, UnavailableError } from "../../core/mod.ts";
import { type RetryOptions, untilReached } from "../until_reached.ts";
import type { QueueAddress } from "./address.ts";
import { connectNats, type NatsConnection } from "./transport.ts";

export type { Consumer, ConsumerConfig, JsMsg, StreamConfig } from "npm:@nats-io/jetstream@3.4.0";

/** Time in milliseconds in which the server has to answer. */
const TIMEOUT = 5000;
/** Time in milliseconds between attempts of the client to connect again. */
const RECONNECT = 500;

/** Codes of JetStream's errors. */
export const STREAM_NOT_FOUND = 10059;
export const CONSUMER_NOT_FOUND = 10014;
/** The subject has as many messages as it may have. */
export const SUBJECT_IS_FULL = 10077;
const NOT_ENABLED: readonly (number | undefined)[] = [10039, 10076];

/** Names of the client's errors when the server doesn't answer, or not yet. */
const UNREACHED: readonly string[] = [
  ...["ConnectionError", "ClosedConnectionError", "DrainingConnectionError", "TimeoutError"],
  ...["RequestError", "NoRespondersError"],
];
/** Names of its errors about user, password and permissions. */
const REFUSED: readonly string[] = [
  ...["AuthorizationError", "UserAuthenticationExpiredError", "PermissionViolationError"],
];

/** Code of an error of JetStream; undefined for other errors. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** An error of the client as one of this library, which names the queue. */
function translated(error: unknown, { shown }: QueueAddress): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const isOff = name === "JetStreamNotEnabled" || NOT_ENABLED.includes(codeOf(error));
  if (isOff) {
    return new InputError(
      `Cannot use queue ${shown}: the server must have JetStream (nats-server -js), got ${message}`,
    );
  }
  if (REFUSED.includes(name)) {
    return new InputError(
      `Cannot use queue ${shown}: user, password or token must have access, got ${message}`,
    );
  }
  // In a cluster, 503 is the time without a leader.
  const isBusy = (error as { readonly status?: number }).status === 503;
  if (UNREACHED.includes(name) || (isBusy && codeOf(error) !== SUBJECT_IS_FULL)) {
    return new UnavailableError(
      `Cannot reach queue ${shown}: its server must answer, got ${message}`,
    );
  }
  return error;
}

/** A connection to the server of a queue. */
export interface Connection extends AsyncDisposable {
  /** Requests of JetStream. */
  readonly jetstream: JetStreamClient;
  /** Streams and consumers. */
  readonly manager: JetStreamManager;
  /**
   * Runs work that asks the server, again while it can't be reached.
   *
   * @param work Gets the number of the attempt, from 0.
   * @throws {UnavailableError} If the server can't be reached in time.
   * @throws {InputError} If it refuses user or password, or has no JetStream.
   */
  reach<T>(work: (attempt: number) => Promise<T>): Promise<T>;
}

/** Notes whether the client is connected; it connects again by itself. */
function watch(connection: NatsConnection): () => boolean {
  let isConnected = true;
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") isConnected = false;
      if (type === "reconnect") isConnected = true;
    }
  })();
  return () => isConnected;
}

/** Waits for an end, but not for ever. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work.catch(() => {}), promise]);
  clearTimeout(timer);
}

/**
 * Connects to the server of a queue. The connection survives restarts of the server.
 *
 * @throws {UnavailableError} If the server can't be reached in time.
 * @throws {InputError} If it refuses user or password, or has no JetStream.
 */
export async function connect(address: QueueAddress, options: RetryOptions): Promise<Connection> {
  const { server, isEncrypted, login, shown } = address;
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translated(error, address);
    }
  };
  const { jetstream, jetstreamManager } = await import("npm:@nats-io/jetstream@3.4.0");
  return await untilReached(async () => {
    const connection = await asked(() =>
      connectNats({
        ...{ servers: server, name: "emrdm", timeout: TIMEOUT, ...login },
        ...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT },
        ...(isEncrypted && { tls: {} }),
      })
    );
    const isConnected = watch(connection);
    try {
      const manager = await asked(() => jetstreamManager(connection, { timeout: TIMEOUT }));
      return {
        jetstream: jetstream(connection, { timeout: TIMEOUT }),
        manager,
        reach: (work) =>
          untilReached((attempt) => {
            // Requests would wait for the connection and arrive when nobody waits for the answer.
            if (!isConnected()) {
              throw new UnavailableError(
                `Cannot reach queue ${shown}: its server must answer, got a lost connection`,
              );
            }
            return asked(() => work(attempt));
          }, options),
        async [Symbol.asyncDispose]() {
          // Acknowledgements are on their way.
          if (isConnected()) await within(TIMEOUT, connection.flush());
          await connection.close();
        },
      };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }, options);
}
