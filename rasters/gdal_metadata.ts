/**
 * The GDAL_METADATA tag of GeoTIFF files: free tags, band names, scales and offsets as XML.
 *
 * @module
 */

import { xmlAttribute, xmlElements } from "../core/mod.ts";

/** Content of the GDAL_METADATA tag. */
export interface GdalMetadata {
  /** Items of the whole file. */
  readonly tags: Readonly<Record<string, string>>;
  /** Band names by index. */
  readonly descriptions: ReadonlyMap<number, string>;
  /** Band scales by index: physical = stored · scale + offset. */
  readonly scales: ReadonlyMap<number, number>;
  /** Band offsets by index. */
  readonly offsets: ReadonlyMap<number, number>;
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&amp;", "&"],
];

function unescape(text: string): string {
  return ENTITIES.reduce((value, [entity, char]) => value.replaceAll(entity, char), text);
}

function escape(text: string): string {
  return [...ENTITIES].reverse().reduce(
    (value, [entity, char]) => value.replaceAll(char, entity),
    text,
  );
}

/** GDAL escapes the text of items twice. */
function escapeText(text: string): string {
  return escape(escape(text));
}

function attribute(attributes: string, name: string): string | undefined {
  const value = xmlAttribute(attributes, name);
  return value === undefined ? undefined : unescape(value);
}

/**
 * Parses the XML of a GDAL_METADATA tag; items of other domains and of unknown roles are ignored.
 */
export function parseGdalMetadata(xml: string): GdalMetadata {
  const tags: Record<string, string> = {};
  const descriptions = new Map<number, string>();
  const scales = new Map<number, number>();
  const offsets = new Map<number, number>();
  for (const { name: element, attributes, text } of xmlElements(xml)) {
    if (element !== "Item") continue;
    const sample = attribute(attributes, "sample");
    const role = attribute(attributes, "role");
    const value = unescape(unescape(text));
    if (sample !== undefined) {
      if (role === "description") descriptions.set(Number(sample), value);
      if (role === "scale") scales.set(Number(sample), Number(value));
      if (role === "offset") offsets.set(Number(sample), Number(value));
    } else if (role === undefined && attribute(attributes, "domain") === undefined) {
      const name = attribute(attributes, "name");
      if (name !== undefined) tags[name] = value;
    }
  }
  return { tags, descriptions, scales, offsets };
}

/** Formats the XML of a GDAL_METADATA tag. */
export function formatGdalMetadata(metadata: GdalMetadata): string {
  const items = Object.entries(metadata.tags).map(([name, value]) =>
    `  <Item name="${escape(name)}">${escapeText(value)}</Item>`
  );
  const roles = [
    ["DESCRIPTION", "description", metadata.descriptions],
    ["OFFSET", "offset", metadata.offsets],
    ["SCALE", "scale", metadata.scales],
  ] as const;
  for (const [name, role, values] of roles) {
    for (const [sample, value] of values) {
      items.push(
        `  <Item name="${name}" sample="${sample}" role="${role}">${
          escapeText(String(value))
        }</Item>`,
      );
    }
  }
  return `<GDALMetadata>\n${items.join("\n")}\n</GDALMetadata>\n`;
}
