/**
 * JSON schemas (draft 7) of STAC 1.0 items and collections, and of the extensions that results use.
 *
 * The official schemas are published on the web alone, which tests do not reach. These are written from
 * the text of the specifications: required fields, types, patterns and enumerations, and, as in the
 * official ones, no unknown field with the prefix of an extension.
 */

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string", minLength: 1 };
const number = { type: "number" };
const time = { type: "string", format: "date-time" };
const numbers = (...sizes: readonly number[]) => ({
  type: "array",
  items: number,
  anyOf: sizes.map((size) => ({ minItems: size, maxItems: size })),
});
const listOf = (items: Schema) => ({ type: "array", items });
const mapOf = (additionalProperties: Schema) => ({ type: "object", additionalProperties });

const position = { type: "array", items: number, minItems: 2, maxItems: 3 };
const ring = { type: "array", items: position, minItems: 4 };
const polygon = listOf(ring);
const geometry = {
  oneOf: [
    { type: "null" },
    {
      type: "object",
      required: ["type", "coordinates"],
      properties: { type: { const: "Polygon" }, coordinates: polygon },
    },
    {
      type: "object",
      required: ["type", "coordinates"],
      properties: { type: { const: "MultiPolygon" }, coordinates: listOf(polygon) },
    },
  ],
};

const link = {
  type: "object",
  required: ["rel", "href"],
  properties: { rel: text, href: text, type: { type: "string" }, title: { type: "string" } },
};

const asset = {
  type: "object",
  required: ["href"],
  properties: {
    href: text,
    title: { type: "string" },
    description: { type: "string" },
    type: { type: "string" },
    roles: listOf({ type: "string" }),
  },
};

/** Item of STAC 1.0. */
export const ITEM: Schema = {
  type: "object",
  required: ["stac_version", "type", "id", "geometry", "properties", "links", "assets"],
  properties: {
    stac_version: { const: "1.0.0" },
    type: { const: "Feature" },
    id: text,
    stac_extensions: { ...listOf({ type: "string", format: "uri" }), uniqueItems: true },
    geometry,
    bbox: numbers(4, 6),
    links: listOf(link),
    assets: mapOf(asset),
    collection: text,
    properties: {
      type: "object",
      required: ["datetime"],
      properties: {
        datetime: { anyOf: [time, { type: "null" }] },
        start_datetime: time,
        end_datetime: time,
        created: time,
        updated: time,
        gsd: { type: "number", exclusiveMinimum: 0 },
      },
      // A null datetime needs an interval.
      if: { properties: { datetime: { type: "null" } } },
      then: { required: ["start_datetime", "end_datetime"] },
    },
  },
  // A footprint needs its box; an item without one has none.
  if: { properties: { geometry: { type: "null" } } },
  then: { not: { required: ["bbox"] } },
  else: { required: ["bbox"] },
};

/** Collection of STAC 1.0. */
export const COLLECTION: Schema = {
  type: "object",
  required: ["stac_version", "type", "id", "description", "license", "extent", "links"],
  properties: {
    stac_version: { const: "1.0.0" },
    type: { const: "Collection" },
    id: text,
    description: text,
    license: { type: "string", pattern: "^[\\w\\-\\.\\+]+$" },
    stac_extensions: { ...listOf({ type: "string", format: "uri" }), uniqueItems: true },
    links: listOf(link),
    extent: {
      type: "object",
      required: ["spatial", "temporal"],
      properties: {
        spatial: {
          type: "object",
          required: ["bbox"],
          properties: { bbox: { ...listOf(numbers(4, 6)), minItems: 1 } },
        },
        temporal: {
          type: "object",
          required: ["interval"],
          properties: {
            interval: {
              type: "array",
              minItems: 1,
              items: {
                type: "array",
                minItems: 2,
                maxItems: 2,
                items: { anyOf: [time, { type: "null" }] },
              },
            },
          },
        },
      },
    },
    summaries: mapOf({
      anyOf: [
        { type: "array", minItems: 1 },
        { type: "object", required: ["minimum", "maximum"] },
      ],
    }),
  },
};

/** Fields of an extension, of which no other may have its prefix. */
function fieldsOf(prefix: string, properties: Readonly<Record<string, Schema>>): Schema {
  return {
    type: "object",
    properties,
    patternProperties: { [`^(?!${prefix}:)`]: {} },
    additionalProperties: false,
  };
}

const nullOr = (schema: Schema) => ({ anyOf: [schema, { type: "null" }] });

const projection = fieldsOf("proj", {
  "proj:epsg": nullOr({ type: "integer" }),
  "proj:wkt2": nullOr({ type: "string" }),
  "proj:bbox": numbers(4, 6),
  "proj:shape": { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 },
  "proj:transform": numbers(6, 9),
});

const optical = fieldsOf("eo", {
  "eo:cloud_cover": { type: "number", minimum: 0, maximum: 100 },
  "eo:snow_cover": { type: "number", minimum: 0, maximum: 100 },
  "eo:bands": {
    type: "array",
    minItems: 1,
    items: {
      type: "object",
      minProperties: 1,
      properties: {
        name: { type: "string" },
        common_name: {
          enum: [
            ...["coastal", "blue", "green", "red", "yellow", "pan", "rededge", "nir", "nir08"],
            ...["nir09", "cirrus", "swir16", "swir22", "lwir", "lwir11", "lwir12"],
          ],
        },
        center_wavelength: number,
      },
    },
  },
});

const raster = fieldsOf("raster", {
  "raster:bands": {
    type: "array",
    minItems: 1,
    items: {
      type: "object",
      minProperties: 1,
      properties: {
        data_type: {
          enum: [
            ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"],
            ...["float16", "float32", "float64", "other"],
          ],
        },
        nodata: { anyOf: [number, { enum: ["nan", "inf", "-inf"] }] },
        scale: number,
        offset: number,
        unit: { type: "string" },
      },
    },
  },
});

const processing = fieldsOf("processing", {
  "processing:expression": { type: "object", required: ["format", "expression"] },
  "processing:lineage": { type: "string" },
  "processing:level": { type: "string" },
  "processing:facility": { type: "string" },
  "processing:software": mapOf({ type: "string" }),
});

const file = fieldsOf("file", {
  "file:checksum": { type: "string", pattern: "^[a-f0-9]+$" },
  "file:size": { type: "integer", minimum: 0 },
});

const classification = fieldsOf("classification", {
  "classification:classes": {
    type: "array",
    minItems: 1,
    uniqueItems: true,
    items: {
      type: "object",
      required: ["value", "name"],
      properties: {
        value: { type: "integer" },
        name: { type: "string", pattern: "^[0-9A-Za-z-_]+$" },
        description: { type: "string" },
        color_hint: { type: "string", pattern: "^[0-9A-Fa-f]{6}$" },
      },
    },
  },
});

/** An extension whose fields are in the properties and in the assets. */
const both = (fields: Schema): Schema => ({
  properties: { properties: fields, assets: mapOf(fields) },
});
const assetsOnly = (fields: Schema): Schema => ({ properties: { assets: mapOf(fields) } });

/** Schemas of the extensions by their addresses. */
export const EXTENSIONS: Readonly<Record<string, Schema>> = {
  "https://stac-extensions.github.io/projection/v1.1.0/schema.json": both(projection),
  "https://stac-extensions.github.io/eo/v1.1.0/schema.json": both(optical),
  "https://stac-extensions.github.io/raster/v1.1.0/schema.json": assetsOnly(raster),
  "https://stac-extensions.github.io/processing/v1.1.0/schema.json": both(processing),
  "https://stac-extensions.github.io/file/v2.1.0/schema.json": assetsOnly(file),
  "https://stac-extensions.github.io/classification/v2.0.0/schema.json": assetsOnly(
    classification,
  ),
};
