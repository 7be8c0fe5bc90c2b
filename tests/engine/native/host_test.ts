import { assertRejects } from "@std/assert";
import { NativeHost } from "../../../engine/native/host.ts";

/** A worker that answers until it is asked to keep numbers, and then ends in a way of its own. */
function dying(end: string): URL {
  const program = `
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", ({ port }) => {
      port.onmessage = ({ data: { id, request } }) => {
        if (request.type !== "put") return port.postMessage({ id, done: true });
        ${end}
      };
    });
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

const ENDS = {
  "its exit": "Deno.exit(3);",
  "its exit a little later": "setTimeout(() => Deno.exit(3), 50);",
  "the end of its port": "port.close();",
} as const;

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`who waits for the native worker hears of ${name}`, async () => {
    const host = new NativeHost(dying(end));
    await host.start();
    const died = "Cannot compute on engine native";
    await Promise.all(
      [1, 2].map(() => assertRejects(() => host.put(Float32Array.of(1)), Error, died)),
    );
    await assertRejects(() => host.start(), Error, died);
    await host.terminate();
  });
}
