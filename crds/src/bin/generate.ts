/** Writes src/gen from the CRDs in manifests/: a TypeScript type of each, and the schema that its parser checks with. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { z } from 'zod';

const manifests = join(import.meta.dirname, '../../manifests');
const generated = join(import.meta.dirname, '../gen');
const banner = (file: string): string =>
  `// Generated from crds/manifests/${file} by crds/src/bin/generate.ts. Do not edit.`;

const jsonSchema: z.ZodType<JsonSchema> = z.looseObject({
  type: z.string().optional(),
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
});
interface JsonSchema {
  [key: string]: unknown;
  type?: string | undefined;
  properties?: Record<string, JsonSchema> | undefined;
}
const crdSchema = z.object({
  spec: z.object({
    names: z.object({ kind: z.string(), singular: z.string() }),
    versions: z.tuple([z.object({ schema: z.object({ openAPIV3Schema: jsonSchema }) })]),
  }),
});

await mkdir(generated, { recursive: true });
for (const file of (await readdir(manifests)).toSorted()) {
  const crd = crdSchema.parse(parse(await readFile(join(manifests, file), 'utf8')));
  const { kind, singular } = crd.spec.names;
  const { spec, status } = crd.spec.versions[0].schema.openAPIV3Schema.properties ?? {};
  const schema = {
    type: 'object',
    required: ['spec'],
    properties: { spec: closed(spec ?? {}), status: closed(status ?? {}) },
    additionalProperties: false,
  };
  await write(`${singular}.ts`, [
    banner(file),
    await compile(titled(schema, kind) as JSONSchema, kind, { bannerComment: '', additionalProperties: false }),
  ]);
  await write(`${singular}-schema.ts`, [
    banner(file),
    `export const ${singular}Schema = ${JSON.stringify(checkable(schema))} as const;`,
  ]);
}

async function write(name: string, parts: readonly string[]): Promise<void> {
  const path = join(generated, name);
  const options = { ...(await resolveConfig(path)), filepath: path };
  await writeFile(path, await format(parts.join('\n\n'), options));
}

/** As the API server gives it back: fields with a default are always there, and unknown ones never. */
function closed(schema: JsonSchema): JsonSchema {
  return mapSchema(schema, (node) => {
    if (node.properties === undefined) return node;
    const defaulted = Object.entries(node.properties).filter(([, property]) => 'default' in property);
    const required = new Set([...((node['required'] ?? []) as string[]), ...defaulted.map(([name]) => name)]);
    return {
      ...node,
      additionalProperties: false,
      ...(required.size > 0 && { required: [...required].toSorted() }),
    };
  });
}

/** Names for the types of spec and status, and no more notes on how big a number is. */
function titled(schema: JsonSchema, kind: string): JsonSchema {
  const named = Object.entries(schema.properties ?? {}).map(([name, property]): [string, JsonSchema] => [
    name,
    mapSchema({ ...property, title: `${kind}${name === 'spec' ? 'Spec' : 'Status'}` }, withoutBounds),
  ]);
  return { ...schema, title: `${kind}Content`, properties: Object.fromEntries(named) };
}

/** json-schema-to-typescript makes tuples of bounded arrays. */
function withoutBounds(node: JsonSchema): JsonSchema {
  const dropped = new Set(['maxItems', 'minItems']);
  return Object.fromEntries(Object.entries(node).filter(([key]) => !dropped.has(key)));
}

/** What a parser checks. Rules and formats are left to the API server: what it took must not become unreadable here. */
function checkable(schema: JsonSchema): JsonSchema {
  const kept = new Set(['type', 'properties', 'required', 'items', 'enum', 'anyOf', 'additionalProperties']);
  return mapSchema(schema, (node) => {
    const open = { ...node, ...(node.properties === undefined ? {} : { additionalProperties: true }) };
    return Object.fromEntries(Object.entries(open).filter(([key]) => kept.has(key)));
  });
}

function mapSchema(schema: JsonSchema, change: (node: JsonSchema) => JsonSchema): JsonSchema {
  const mapped: JsonSchema = { ...schema };
  if (schema.properties !== undefined) {
    mapped.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, mapSchema(property, change)]),
    );
  }
  for (const key of ['items', 'additionalProperties'] as const) {
    const nested = schema[key];
    if (typeof nested === 'object' && nested !== null) mapped[key] = mapSchema(nested as JsonSchema, change);
  }
  return change(mapped);
}
