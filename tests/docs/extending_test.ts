import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { builtins } from "../../builtins.ts";
import * as contracts from "../contracts/mod.ts";
import { slowTest } from "../slow.ts";

const ROOT = new URL("../../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/extending.md", ROOT));

Deno.test("docs/extending.md has a row for every kind, with what is there", async () => {
  const rows = [...text.matchAll(/^\| `.*/gm)].map(([row]) =>
    [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  ).filter(([kind]) => /^[a-z]+$/.test(kind!) && builtins.kinds().some((known) => known === kind));
  assertEquals(rows.map(([kind]) => kind!).toSorted(), builtins.kinds().toSorted());
  for (const [, type, file, example, suite] of rows) {
    const code = await Deno.readTextFile(new URL(file!, ROOT));
    assert(code.includes(`export interface ${type} {`), `${file} must have ${type}`);
    assert((await Deno.stat(new URL(example!, ROOT))).isFile);
    assert(Object.hasOwn(contracts, suite!), `tests/contracts must export ${suite}`);
  }
});

/** The files of the page by path, such as `mine/steady.ts`. */
const files = new Map(
  [...text.matchAll(/^`(mine\/\S+)`:\n\n```[^\n]*\n([\s\S]*?)^```/gm)]
    .map(([, path, block]) => [path!, block!]),
);

/** The commands of the page in order, without line continuations. */
const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  .flatMap(([, block]) => block!.replaceAll("\\\n", " ").trim().split("\n"));

/** Makes a folder that looks like a clone with the page's files in it. */
async function cloneWithFiles(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(ROOT)) {
    if (/^(?:\.git|runs|demo|data|mine|deno\.lock)$/.test(name)) continue;
    await Deno.symlink(new URL(name, ROOT).pathname, `${folder}/${name}`);
  }
  await Deno.mkdir(`${folder}/mine`);
  for (const [path, block] of files) await Deno.writeTextFile(`${folder}/${path}`, block);
}

async function inClone(work: (run: (...args: string[]) => Promise<string>) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await cloneWithFiles(folder);
    await work(async (...args) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: folder,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals(code, 0, `deno ${args.join(" ")}\n${out}\n${err}`);
      return out!;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

slowTest(
  "the files of docs/extending.md are complete and have no type errors",
  () =>
    inClone(async (deno) => {
      assertEquals([...files.keys()].map((path) => path.slice("mine/".length)), [
        ...["steady.ts", "ralston.ts", "sites.ts", "make_sites.ts", "plugin.ts", "plugin_test.ts"],
        "mine.json",
      ]);
      await deno("check", ...[...files.keys()].filter((path) => path.endsWith(".ts")));
    }),
);

slowTest(
  "the commands of docs/extending.md do what the page says, in its order",
  () =>
    inClone(async (deno) => {
      assertEquals(commands.length, 7);
      const outputs: string[] = [];
      for (const command of commands) {
        const [program, ...args] = command.split(/ +/);
        assertEquals(program, "deno");
        outputs.push(await deno(...args));
      }
      const [tested, , checked, listed, trained, ...restored] = outputs;
      assertStringIncludes(tested!, "ralston() converges with order 2");
      assertStringIncludes(tested!, " 0 failed");
      assertStringIncludes(checked!, "no findings");
      for (const type of ["steady", "ralston", "sites"]) assertStringIncludes(listed!, type);
      assertStringIncludes(trained!, "runs/mine/model.safetensors: mine after 5 steps");
      assertStringIncludes(restored[0]!, "runs/clear.tif: ");
      assertStringIncludes(restored[0]!, "from 2 dates by mine");
      assertStringIncludes(restored[1]!, "from 2 dates by s2-temporal");
    }),
);
