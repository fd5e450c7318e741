/** Fields of a zod schema as rows of a Markdown table. */
import { z } from 'zod';

export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
}

/** Structures that have a chapter of their own, with the link to it: tables only name them. */
export type NamedSchemas = ReadonlyMap<z.core.$ZodType, string>;

/** Named structures carry their link as `title`. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output', named: NamedSchemas): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      const link = linkOf(zodSchema, named);
      if (link !== undefined) jsonSchema.title = link;
    },
  }) as JsonSchema;
}

/** A schema that only got another description still is the structure. */
function linkOf(schema: z.core.$ZodType | undefined, named: NamedSchemas): string | undefined {
  return schema === undefined ? undefined : (named.get(schema) ?? linkOf(schema._zod.parent, named));
}

/** One row for each field, but for those that every message has. */
export function fieldTable(schema: JsonSchema, skip: readonly string[] = []): string {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => !skip.includes(name));
  if (fields.length === 0) return '';
  const required = new Set(schema.required);
  const rows = fields.map(([name, field]) => {
    const presence = required.has(name)
      ? ''
      : field.default === undefined
        ? 'optional'
        : `\`${JSON.stringify(field.default)}\` when absent`;
    return `| \`${name}\` | ${typeText(field)} | ${presence} | ${cell(notes(field))} |`;
  });
  return ['| field | type | | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A short text of a type; structures are named where they have a chapter, and spelled out where not. */
export function typeText(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => typeText(choice)).join(' or ');
  if (schema.type === 'array') {
    const most = schema.maxItems === undefined ? '' : `, at most ${schema.maxItems}`;
    return `list of ${typeText(schema.items ?? {})}${most}`;
  }
  if (schema.properties !== undefined) {
    const required = new Set(schema.required);
    const inner = Object.entries(schema.properties).map(
      ([name, field]) => `\`${name}\`${required.has(name) ? '' : '?'}: ${typeText(field)}`,
    );
    return `{ ${inner.join('; ')} }`;
  }
  return schema.type ?? 'any';
}

function notes(schema: JsonSchema): string {
  // What a structure is, is said in its chapter.
  const description = schema.title === undefined ? (schema.description ?? '') : '';
  const { minimum, maximum, minLength, maxLength } = schema;
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const range = bounded ? `${minimum ?? ''} to ${maximum}` : '';
  const length = maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters`;
  return [range, length, description].filter((part) => part !== '').join('; ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
