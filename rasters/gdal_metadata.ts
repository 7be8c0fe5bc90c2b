/**
 * The GDAL_METADATA tag of GeoTIFF files as XML: free tags, acquisition time, and the name, scale, offset,
 * unit and colour of each band.
 *
 * @module
 */

import { xmlAttribute, xmlElements } from "../core/mod.ts";

/** Number of the tag. */
export const GDAL_METADATA = 42112;

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
  /** Units of the bands by index. */
  readonly units: ReadonlyMap<number, string>;
  /** Acquisition time as `2018-07-05 10:30:31` (UTC). */
  readonly acquired?: string | undefined;
}

/** Domain and name of the acquisition time among GDAL's metadata of imagery. */
const ACQUIRED = { domain: "IMAGERY", name: "ACQUISITIONDATETIME" } as const;

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
  const units = new Map<number, string>();
  let acquired: string | undefined;
  for (const { name: element, attributes, text } of xmlElements(xml)) {
    if (element !== "Item") continue;
    const sample = attribute(attributes, "sample");
    const role = attribute(attributes, "role");
    const value = unescape(unescape(text));
    if (sample !== undefined) {
      if (role === "description") descriptions.set(Number(sample), value);
      if (role === "scale") scales.set(Number(sample), Number(value));
      if (role === "offset") offsets.set(Number(sample), Number(value));
      if (role === "unittype") units.set(Number(sample), value);
    } else if (role === undefined) {
      const name = attribute(attributes, "name");
      const domain = attribute(attributes, "domain");
      if (domain === undefined && name !== undefined) tags[name] = value;
      if (domain === ACQUIRED.domain && name === ACQUIRED.name) acquired = value;
    }
  }
  return { tags, descriptions, scales, offsets, units, acquired };
}

/**
 * Formats the XML of a GDAL_METADATA tag.
 *
 * @param metadata `colors` are GDAL's colour interpretations of the bands by index.
 */
export function formatGdalMetadata(
  metadata: GdalMetadata & { readonly colors: ReadonlyMap<number, string> },
): string {
  const items = Object.entries(metadata.tags).map(([name, value]) =>
    `  <Item name="${escape(name)}">${escapeText(value)}</Item>`
  );
  if (metadata.acquired !== undefined) {
    const { name, domain } = ACQUIRED;
    items.push(
      `  <Item name="${name}" domain="${domain}">${escapeText(metadata.acquired)}</Item>`,
    );
  }
  const roles = [
    ["DESCRIPTION", "description", metadata.descriptions],
    ["OFFSET", "offset", metadata.offsets],
    ["SCALE", "scale", metadata.scales],
    ["UNITTYPE", "unittype", metadata.units],
    ["COLORINTERP", "colorinterp", metadata.colors],
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
