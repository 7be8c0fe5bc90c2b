/**
 * NATS for tests: the real server with JetStream, as a process on the loopback interface.
 *
 * @module
 */

import { answering, freePort, hasProgram } from "./programs.ts";

const PROGRAM = "nats-server";

/** True if nats-server is installed. */
export const HAS_NATS: boolean = await hasProgram(PROGRAM);
if (!HAS_NATS && Deno.env.get("EMRDM_REQUIRE_NATS") === "1") {
  throw new Error("EMRDM_REQUIRE_NATS is set, but nats-server is missing");
}

/** A running server. */
export interface NatsServer extends AsyncDisposable {
  /** `nats://user:password@127.0.0.1:port`. */
  readonly address: string;
  readonly port: number;
  /** Ends the server by a signal. */
  stop(signal: Deno.Signal): Promise<void>;
  /** Starts it again, with the same files. */
  start(): Promise<void>;
}

/** User and password of the server. */
export const USER = "archive";
export const PASSWORD = "s3cret/word";

/** Starts a server whose files are in a folder. */
export async function startNats(
  folder: string,
  { jetstream = true, tls }: {
    readonly jetstream?: boolean;
    /** Files of the server's certificate and its key. */
    readonly tls?: { readonly certificate: string; readonly key: string };
  } = {},
): Promise<NatsServer> {
  const port = freePort();
  const config = `${folder}/nats.conf`;
  await Deno.writeTextFile(
    config,
    [
      ...["host: 127.0.0.1", `port: ${port}`],
      `authorization { user: ${USER}, password: "${PASSWORD}" }`,
      ...(jetstream ? [`jetstream { store_dir: "${folder}/nats" }`] : []),
      ...(tls ? [`tls { cert_file: "${tls.certificate}", key_file: "${tls.key}" }`] : []),
      "",
    ].join("\n"),
  );
  const spawn = () =>
    new Deno.Command(PROGRAM, { args: ["-c", config], stdout: "null", stderr: "null" }).spawn();
  let child: Deno.ChildProcess | undefined = spawn();
  const server: NatsServer = {
    address: `nats://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`,
    port,
    async stop(signal) {
      child?.kill(signal);
      await child?.status;
      child = undefined;
    },
    async start() {
      child ??= spawn();
      await answering(port);
    },
    [Symbol.asyncDispose]: () => server.stop("SIGTERM"),
  };
  await answering(port);
  return server;
}
