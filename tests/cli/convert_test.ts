import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readSafetensors } from "../../checkpoints/mod.ts";
import { goldenUrl } from "../checkpoints/golden_url.ts";
import { pickle, text, torchFile } from "../checkpoints/torch_fixture.ts";
import { emrdm, inFolder } from "./run.ts";

const CKPT = goldenUrl("tiny_temporal.ckpt")?.pathname;
const SIZES = ["--preset", "sen2_mtc_new", "--attention", "neighborhood,global"];

Deno.test({
  name: "convert turns a checkpoint into a model file and back to the authors' names",
  ignore: CKPT === undefined,
  async fn() {
    await inFolder(async (folder) => {
      const model = `${folder}/model.safetensors`;
      const first = await emrdm("convert", CKPT!, model, ...SIZES, "--json");
      assertEquals([first.code, first.err], [0, ""]);
      const { tensors: count, card: { training } } = JSON.parse(first.out);
      assertEquals([count, training.globalStep, training.weights], [56, 3, "ema"]);

      const again = await emrdm("convert", CKPT!, model, ...SIZES);
      assertEquals(again.code, 4);
      assertStringIncludes(again.err, "the file exists");

      const authors = `${folder}/authors.safetensors`;
      assertEquals((await emrdm("convert", model, authors, "--to", "authors")).code, 0);
      const back = `${folder}/back.safetensors`;
      assertEquals((await emrdm("convert", authors, back, ...SIZES)).code, 0);
      const { tensors } = await readSafetensors(model);
      assertEquals((await readSafetensors(back)).tensors, tensors);
      const named = (await readSafetensors(authors)).tensors;
      assertEquals(named["model.diffusion_model.out_norm.scale"], tensors["out_norm.scale"]);
    });
  },
});

Deno.test({
  name: "convert writes nothing where names, shapes or the card are missing",
  ignore: CKPT === undefined,
  async fn() {
    await inFolder(async (folder) => {
      const out = `${folder}/out.safetensors`;
      const none = await emrdm("convert", CKPT!, out);
      assertEquals(none.code, 1);
      assertStringIncludes(none.err, "give a card, or the name of a published configuration");
      const other = await emrdm("convert", CKPT!, out, "--preset", "sen2_mtc_new");
      assertEquals(other.code, 1);
      assertStringIncludes(other.err, "the file must have down_levels.0.1");
      assertEquals([...Deno.readDirSync(folder)], []);
    });
  },
});

Deno.test("convert refuses a checkpoint that calls os.system and one that is cut", async () => {
  await inFolder(async (folder) => {
    const marker = `${folder}/executed`;
    const evil = torchFile(pickle("cos\nsystem\n", text(`touch ${marker}`), 0x85, "R"));
    const files = { "evil.ckpt": evil, "cut.ckpt": evil.slice(0, 100) };
    const messages = { "evil.ckpt": "calls for os.system", "cut.ckpt": "truncated" };
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
      const out = `${folder}/out.safetensors`;
      const { code, err } = await emrdm("convert", `${folder}/${name}`, out, ...SIZES);
      assertEquals(code, 1);
      assertStringIncludes(err, messages[name as "evil.ckpt"]);
    }
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(left, ["cut.ckpt", "evil.ckpt"]);
  });
});

Deno.test({
  name: "inspect shows the contents of checkpoints and model files",
  ignore: CKPT === undefined,
  async fn() {
    await inFolder(async (folder) => {
      const checkpoint = await emrdm("inspect", CKPT!, "--json");
      const { kind, globalStep, card, tensors } = JSON.parse(checkpoint.out);
      assertEquals([kind, globalStep, card, tensors.length], ["checkpoint", 3, null, 56]);
      const model = `${folder}/model.safetensors`;
      await emrdm("convert", CKPT!, model, ...SIZES);
      const { out } = await emrdm("inspect", model, "--tensors");
      assert(/^schedule +rational alpha=1$/m.test(out), out);
      assert(/^out_norm.scale +F32 +\[16\]$/m.test(out), out);
    });
  },
});
