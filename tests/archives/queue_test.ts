/** Archives through a queue on a real NATS server. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lockOutputs } from "../../restoration/manifest_lock.ts";
import { emrdm, inFolder } from "../cli/run.ts";
import { COMMAND, digests, expected, PROGRAM, writeArchive, writeScenes } from "./archive.ts";
import { HAS_NATS, type NatsServer, PASSWORD, startNats } from "./nats_server.ts";
import { killQueue } from "./queue_kills.ts";
import { RUN_SLOW } from "../slow.ts";
import { sleep } from "./programs.ts";

/** Registers a test that is ignored where nats-server is missing. */
function natsTest(
  name: string,
  fn: (server: NatsServer, folder: string) => Promise<void>,
  { slow = false }: { readonly slow?: boolean } = {},
): void {
  Deno.test({
    name: `${name} [nats]`,
    ignore: !HAS_NATS || (slow && !RUN_SLOW),
    fn: () =>
      inFolder(async (folder) => {
        await using server = await startNats(folder);
        await fn(server, folder);
      }),
  });
}

/** Registers a slow test that is ignored where nats-server is missing. */
const slowNatsTest = (name: string, fn: Parameters<typeof natsTest>[1]) =>
  natsTest(name, fn, { slow: true });

/** A worker in this process. */
const worker = (queue: string, ...flags: readonly string[]) =>
  emrdm("work", "--queue", queue, ...flags, "--", ...COMMAND);

natsTest("work makes the scenes that enqueue added, each once", async ({ address }, folder) => {
  const manifest = await writeArchive(folder, 3);
  const reference = await expected(manifest);
  const first = await emrdm("enqueue", manifest, "--queue", address);
  assertEquals([first.code, first.err], [0, ""]);
  assertStringIncludes(first.out, ": 3 of 3 scenes added");
  // Twice adds nothing; a larger manifest adds what is new.
  const again = await emrdm("enqueue", manifest, "--queue", address);
  assertStringIncludes(again.out, "0 of 3 scenes added, 3 in the queue already");
  await writeScenes(folder, 4);
  const more = await emrdm("enqueue", manifest, "--queue", address);
  assertStringIncludes(more.out, "1 of 4 scenes added, 3 in the queue already");

  const [one, two] = await Promise.all([worker(address), worker(address)]);
  assertEquals([one!.code, two!.code], [0, 0], one!.err + two!.err);
  const made = `${one!.out}\n${two!.out}`.match(/^scene \d+, .*: composed/gm) ?? [];
  assertEquals(new Set(made).size, 4);
  assertEquals(made.length, 4);
  assertStringIncludes(one!.out, "4 done, 0 failed, 0 waiting, 0 at work");
  const found = await digests(`${folder}/out`);
  for (const [name, digest] of Object.entries(reference)) assertEquals(found[name], digest, name);

  // Scenes that are complete are seen to be so.
  await emrdm("enqueue", manifest, "--queue", address);
  const last = await worker(address, "--json");
  assertEquals(JSON.parse(last.out.split("\n").at(-1)!).complete, 4);
});

slowNatsTest("a scene that fails is given up after its attempts, with the reason", async (
  { address },
  folder,
) => {
  const manifest = await writeArchive(folder, 3);
  const text = await Deno.readTextFile(manifest);
  await Deno.writeTextFile(manifest, text.replace(/out\/2\.tif,[^;]*/, "out/2.tif,missing.tif"));
  await emrdm("enqueue", manifest, "--queue", address, "--redeliver", "4");
  const { code, out, err } = await worker(address, "--attempts", "2");
  assertEquals(code, 1, err);
  assertStringIncludes(err, "attempt 1 of 2 failed: ");
  assertStringIncludes(err, "2 done, 1 failed, 0 waiting, 0 at work");
  assertStringIncludes(err, `scene 2, ${folder}/out/2.tif: `);
  assertStringIncludes(err, "missing.tif");
  assertEquals(out.match(/^scene .*: failed/gm)?.length, 1);
  assertStringIncludes((await emrdm("work", "--queue", address, "--status")).out, "missing.tif");
  // Repaired and added again, it counts no longer as failed.
  await Deno.writeTextFile(manifest, text);
  await emrdm("enqueue", manifest, "--queue", address);
  assertEquals((await worker(address)).code, 0);
});

natsTest("no output of a command has the queue's password", async ({ address }, folder) => {
  const manifest = await writeArchive(folder, 1);
  const signed = await Deno.readTextFile(manifest);
  await Deno.writeTextFile(
    manifest,
    signed.replace(/out\/1\.tif,[^;]*/, "out/1.tif,https://127.0.0.1:1/a.tif?sig=s1gnature"),
  );
  const wrong = address.replace("s3cret", "wr0ng");
  const calls = [
    await emrdm("enqueue", manifest, "--queue", address, "--json"),
    await worker(address, "--attempts", "1"),
    await worker(address, "--attempts", "1", "--json"),
    await emrdm("work", "--queue", address, "--status", "--json"),
    await emrdm("enqueue", manifest, "--queue", wrong),
    await emrdm("enqueue", manifest, "--queue", address.replace("nats:", "http:")),
    await emrdm("enqueue", manifest, "--queue", `${address}/a_b`),
    await emrdm("enqueue", manifest, "--queue", `${address}/a?b=c`),
    await emrdm("work", "--queue", address, "--wait", "extra"),
  ];
  assertEquals(calls.map(({ code }) => code), [0, 1, 1, 0, 3, 2, 2, 2, 2]);
  for (const { out, err, progress } of calls) {
    const text = [out, err, ...progress].join("\n");
    assert(!/s3cret|wr0ng|word@|s1gnature/.test(text), text);
  }
  assert(PASSWORD.includes("s3cret"));
});

slowNatsTest("a server out of reach is tried again, then the code is 5", async (server, folder) => {
  const manifest = await writeArchive(folder, 2);
  await server.stop("SIGTERM");
  const late = await emrdm("enqueue", manifest, "--queue", server.address, "--retry", "2");
  assertEquals(late.code, 5, late.err);
  assertStringIncludes(late.err, "trying again in 0.5 s");
  // It comes back while a command tries.
  const patient = emrdm("enqueue", manifest, "--queue", server.address);
  await sleep(700);
  await server.start();
  assertEquals((await patient).code, 0);
  // A kill of the server loses no scene.
  await server.stop("SIGKILL");
  await server.start();
  const { code, out, err } = await worker(server.address);
  assertEquals(code, 0, err);
  assertStringIncludes(out, "2 done");
});

slowNatsTest("SIGTERM ends a worker with code 143, and its scene goes back at once", async (
  { address },
  folder,
) => {
  const manifest = await writeArchive(folder, 12);
  // After 300 s, the server would give the scene to the next worker anyway.
  await emrdm("enqueue", manifest, "--queue", address);
  const [program, ...args] = PROGRAM.split(" ");
  const child = new Deno.Command(program!, {
    args: [...args, "work", "--queue", address, "--", ...COMMAND],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // The second scene is at work after the first line.
  const reader = child.stdout.getReader();
  await reader.read();
  await sleep(100);
  child.kill("SIGTERM");
  reader.releaseLock();
  const { code, stderr } = await child.output();
  assertEquals(code, 143);
  assertStringIncludes(new TextDecoder().decode(stderr), "run the same command again to resume");
  const begun = performance.now();
  const next = await worker(address);
  assertEquals(next.code, 0, next.err);
  assert(performance.now() - begun < 100_000);
  assertStringIncludes(next.out, "12 done, 0 failed, 0 waiting, 0 at work");
});

slowNatsTest("a scene that another run is making goes back, and is made later", async (
  { address },
  folder,
) => {
  const manifest = await writeArchive(folder, 1);
  await emrdm("enqueue", manifest, "--queue", address, "--redeliver", "10");
  const lock = await lockOutputs([`${folder}/out/1.tif`]);
  const working = worker(address);
  await sleep(1500);
  await lock[Symbol.asyncDispose]();
  const { code, err } = await working;
  assertEquals(code, 0, err);
  assertStringIncludes(err, "scene 1, ");
  assertStringIncludes(err, "another run is using the folder");
});

/** Runs a program, which must succeed. */
async function run(name: string, ...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(name, {
    args: [...args],
    stdout: "null",
    stderr: "null",
  }).output();
  assert(success, args.join(" "));
}

Deno.test({
  name: "tls:// needs a certificate that is known, and nats:// takes what the server wants [nats]",
  ignore: !HAS_NATS || !RUN_SLOW,
  fn: () =>
    inFolder(async (folder) => {
      const [ca, key, request, certificate] = ["ca.pem", "key.pem", "request.pem", "server.pem"]
        .map((name) => `${folder}/${name}`) as [string, string, string, string];
      const names = `${folder}/names`;
      await Deno.writeTextFile(names, "subjectAltName=IP:127.0.0.1\n");
      await run(
        ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"] as const,
        ...["-subj", "/CN=ca", "-keyout", `${folder}/ca.key`, "-out", ca],
      );
      await run(
        ...["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server"] as const,
        ...["-keyout", key, "-out", request],
      );
      await run(
        ...["openssl", "x509", "-req", "-in", request, "-CA", ca, "-days", "2"] as const,
        ...["-CAkey", `${folder}/ca.key`, "-CAcreateserial", "-extfile", names],
        ...["-out", certificate],
      );
      await using server = await startNats(folder, { tls: { certificate, key } });
      const status = async (queue: string, env: Readonly<Record<string, string>>) => {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [
            ...PROGRAM.split(" ").slice(1),
            ...["work", "--status", "--retry", "0", "--queue", queue],
          ],
          env,
        }).output();
        return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)] as const;
      };
      for (const address of [server.address, server.address.replace("nats:", "tls:")]) {
        const [code, text] = await status(address, { ["DENO_CERT"]: ca });
        assertEquals([code, text.includes("0 waiting")], [0, true], text);
        const [refused, message] = await status(address, {});
        assertEquals(refused, 5, message);
        assertStringIncludes(message, "certificate");
      }
    }),
});

slowNatsTest("a server that is gone while a worker waits ends it with code 5", async (server) => {
  const waiting = worker(server.address, "--wait", "--retry", "2");
  await sleep(1500);
  await server.stop("SIGKILL");
  const { code, err } = await waiting;
  assertEquals(code, 5, err);
  assertStringIncludes(err, `Cannot reach queue nats://127.0.0.1:${server.port}`);
});

Deno.test({
  name: "workers and a server that are killed lose no scene and make none twice [nats]",
  ignore: !HAS_NATS || !RUN_SLOW,
  fn: () =>
    inFolder(async (folder) => {
      const { lost, twice, left, kills } = await killQueue({
        ...{ folder, scenes: 8, kills: 4, serverKills: 1, seed: 2 },
      });
      assertEquals({ lost, twice, left }, { lost: 0, twice: 0, left: 0 });
      assert(kills > 0, `${kills} kills`);
    }),
});

Deno.test({
  name: "a server without JetStream is an error that says what it needs [nats]",
  ignore: !HAS_NATS,
  fn: () =>
    inFolder(async (folder) => {
      await using server = await startNats(folder, { jetstream: false });
      const { code, err } = await worker(server.address, "--retry", "0");
      assertEquals(code, 3, err);
      assertStringIncludes(err, "nats-server -js");
    }),
});
