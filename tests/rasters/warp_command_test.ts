/** The gdalwarp command of a message can be pasted into a shell. */

import { assertEquals } from "@std/assert";
import { warpCommand } from "../../rasters/mod.ts";

/** Words that a shell passes to gdalwarp. */
async function wordsOf(command: string): Promise<readonly string[]> {
  const script = `gdalwarp() { printf '%s\\n' "$@"; }\n${command}`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", script] }).output();
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("warpCommand() quotes names, and names addresses as GDAL does", async () => {
  const grid = { width: 2, height: 2, bands: ["B02"], dtype: "uint16" } as const;
  const placed = { ...grid, transform: [0, 10, 0, 0, 0, -10] as const };
  const files = {
    "a.tif": "a.tif",
    "my scenes (2018)/shifted scene.tif": "my scenes (2018)/shifted scene.tif",
    'it\'s $HOME; `ls` & "x".tif': 'it\'s $HOME; `ls` & "x".tif',
    "https://host/a b.tif": "/vsicurl/https://host/a b.tif",
  };
  for (const [name, word] of Object.entries(files)) {
    for (const one of [grid, placed]) {
      assertEquals((await wordsOf(warpCommand(one, name))).slice(-2), [word, "OUT.tif"]);
    }
  }
});
