/** Validates STAC documents by JSON schema, as stac-node-validator does with the published schemas. */

import { Ajv } from "npm:ajv@8.20.0";
import { COLLECTION, EXTENSIONS, ITEM, type Schema } from "./schemas.ts";

const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addFormat(
  "date-time",
  (text: string) =>
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
);
ajv.addFormat("uri", (text: string) => URL.canParse(text));

function errorsOf(value: unknown, schema: Schema): readonly string[] {
  const check = ajv.compile(schema);
  check(value);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Violations of the schemas that a document names; empty if it is valid. */
export function violations(value: unknown): readonly string[] {
  const { type, stac_extensions: extensions = [] } = value as {
    readonly type?: unknown;
    readonly stac_extensions?: readonly string[];
  };
  return [
    ...errorsOf(value, type === "Collection" ? COLLECTION : ITEM),
    ...extensions.flatMap((address) => {
      const schema = EXTENSIONS[address];
      return schema === undefined ? [`${address} is not known`] : errorsOf(value, schema);
    }),
  ];
}
