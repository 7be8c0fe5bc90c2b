/**
 * SVG documents: elements, a style for light and dark pages, and round axis ticks.
 *
 * @module
 */

/** Attributes; numbers get at most two decimals, undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

// deno-lint-ignore no-control-regex -- characters that XML forbids: all of these but tab and line ends.
const FORBIDDEN = new RegExp("[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]", "g");

/** Escapes text for XML; forbidden characters become spaces. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]!).replace(FORBIDDEN, " ");
}

function written(value: string | number): string {
  return typeof value === "number" ? `${Number(value.toFixed(2))}` : escapeXml(value);
}

/** An element with its content, which must be SVG. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const given = Object.entries(attributes)
    .flatMap(([key, value]) => value === undefined ? [] : [` ${key}="${written(value)}"`]);
  const start = `<${name}${given.join("")}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join("")}</${name}>`;
}

/** A text element; its content is escaped. */
export function textElement(text: string, attributes: Attributes): string {
  return element("text", attributes, escapeXml(text));
}

/** Colours of GitHub's light and dark pages. */
const STYLE = [
  "text{font:12px system-ui,sans-serif;fill:#1f2328}",
  ".soft{fill:#59636e}.name{font-weight:600}.head{font-size:14px;font-weight:600}",
  ".grid{stroke:#d1d9e0;stroke-width:1}.axis{stroke:#59636e;stroke-width:1}",
  ".ours{stroke:#0969da;fill:#0969da}.paper{stroke:#bc4c00;fill:#bc4c00}",
  ".base{stroke:#59636e;fill:none}.line{fill:none;stroke-width:2}.bare{fill:none;stroke-width:2}",
  ".cell{stroke:#ffffff;stroke-width:2}.none{fill:#d1d9e0}",
  ".onlight{fill:#1f2328}.ondark{fill:#ffffff}",
  "@media(prefers-color-scheme:dark){",
  "text{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#3d444d}.axis{stroke:#9198a1}",
  ".ours{stroke:#4493f8;fill:#4493f8}.paper{stroke:#f0883e;fill:#f0883e}.base{stroke:#9198a1}",
  ".line,.bare,.base{fill:none}.cell{stroke:#0d1117}.none{fill:#3d444d}",
  ".onlight{fill:#1f2328}.ondark{fill:#ffffff}}",
].join("");

/** An SVG document with a title and a description as text alternatives. */
export function svgDocument(
  { width, height, title, description }: {
    readonly width: number;
    readonly height: number;
    readonly title: string;
    readonly description: string;
  },
  ...content: readonly string[]
): string {
  const head = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-labelledby": "title desc",
  };
  return element(
    "svg",
    head,
    "\n",
    element("title", { id: "title" }, escapeXml(title)),
    "\n",
    element("desc", { id: "desc" }, escapeXml(description)),
    "\n",
    element("style", {}, escapeXml(STYLE)),
    "\n",
    content.join("\n"),
    "\n",
  ) + "\n";
}

/** About `count` round ticks that enclose [low, high], and the decimals they need. */
export function roundTicks(
  low: number,
  high: number,
  count = 4,
): { readonly ticks: readonly number[]; readonly decimals: number } {
  const range = high > low ? high - low : Math.max(Math.abs(low), 1) * 0.1;
  const power = 10 ** Math.floor(Math.log10(range / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power)
    .find((size) => range / size <= count + 1e-9)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step),
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
}
