/** The documents of the project. */

/** The root of the repository. */
export const ROOT = new URL("../../", import.meta.url);

/** Paths of the documents below the root. */
export async function documents(): Promise<readonly string[]> {
  const names = [
    ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md"],
    ...["weights/README.md", "benches/peer/README.md"],
  ];
  for (const folder of ["docs/", "docs/studies/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md")) names.push(`${folder}${name}`);
    }
  }
  return names;
}

/** The text of a document. */
export function read(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, ROOT));
}
