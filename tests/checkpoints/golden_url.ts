/**
 * Where the golden checkpoint files are: the part that ships with the tests, else
 * `../shared/golden`.
 *
 * @module
 */

const PLACES = ["../testdata/golden/", "../../../shared/golden/"];

/** The URL of a golden file, or undefined where it is absent (the test then skips visibly). */
export function goldenUrl(name: string): URL | undefined {
  return PLACES.map((place) => new URL(place + name, import.meta.url)).find((url) => {
    try {
      return Deno.statSync(url).isFile;
    } catch {
      return false;
    }
  });
}
