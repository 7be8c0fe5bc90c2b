/**
 * Programs that tests need.
 *
 * @module
 */

/** True if a program is on the PATH or among the daemons of the system. */
export async function hasProgram(name: string): Promise<boolean> {
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", `PATH=$PATH:/usr/sbin command -v ${name}`],
    stdout: "null",
  }).output();
  return success;
}

/** A port of the loopback interface that is free. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until a port answers. @throws {Error} If it doesn't within a minute. */
export async function answering(port: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
    connection?.close();
    if (connection !== undefined) return;
    await sleep(100);
  }
  throw new Error(`nothing answers on port ${port}`);
}
