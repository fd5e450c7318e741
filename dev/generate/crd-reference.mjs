// Writes docs/reference/KIND.md from each CRD: what a person may set, what the operator answers, and what is refused.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const manifests = new URL('crds/manifests/', root);

for (const file of readdirSync(manifests)) {
  const { spec } = parse(readFileSync(new URL(file, manifests), 'utf8'));
  const { names, group } = spec;
  const version = spec.versions.find(({ storage }) => storage);
  const schema = version.schema.openAPIV3Schema;
  writeFileSync(
    new URL(`docs/reference/${names.singular}.md`, root),
    [
      `# ${names.kind}`,
      '',
      `<!-- Generated from crds/manifests/${file} by \`make generate\`: do not edit. -->`,
      '',
      `\`${group}/${version.name}\`, \`kubectl get ${[names.plural, ...(names.shortNames ?? [])].join('` or `kubectl get ')}\``,
      '',
      schema.description,
      '',
      ...['spec', 'status'].flatMap((part) => section(part, schema.properties[part])),
      ...rules(schema, ''),
      '## Columns',
      '',
      '| column | what it shows |',
      '| --- | --- |',
      ...version.additionalPrinterColumns.map(
        ({ name, description, priority }) =>
          `| ${name}${priority ? ' (`-o wide`)' : ''} | ${cell(description ?? '')} |`,
      ),
      '',
    ].join('\n'),
  );
}

function section(part, schema) {
  const rows = fields(part, schema);
  const withDefaults = rows.some(({ fallback }) => fallback !== '');
  return [
    `## ${part}`,
    '',
    schema.description,
    '',
    withDefaults ? '| field | type | default | what it is |' : '| field | type | what it is |',
    withDefaults ? '| --- | --- | --- | --- |' : '| --- | --- | --- |',
    ...rows.map(({ path, type, fallback, text }) =>
      withDefaults ? `| \`${path}\` | ${type} | ${fallback} | ${text} |` : `| \`${path}\` | ${type} | ${text} |`,
    ),
    '',
  ];
}

/** One row a field, parents before their children. */
function fields(path, schema) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = `${path}.${name}`;
    const item = field.type === 'array' ? field.items : (field.additionalProperties ?? field);
    const below = field.type === 'array' ? `${own}[]` : item === field ? own : `${own}.*`;
    const required = schema.required?.includes(name) ? 'required; ' : '';
    const row = {
      path: own,
      type: `${required}${typeOf(field)}`,
      fallback: field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      text: cell(field.description ?? ''),
    };
    return [row, ...fields(below, item)];
  });
}

function typeOf(field) {
  if (field.type === 'array') return `list of ${typeOf(field.items)}${count(field.minItems, field.maxItems)}`;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field['x-kubernetes-int-or-string']) return 'integer or string';
  if (field.additionalProperties?.type !== undefined) return `map of ${typeOf(field.additionalProperties)}`;
  if (field.type === 'string')
    return `${field.format ?? 'string'}${count(field.minLength, field.maxLength, 'characters')}`;
  return `${field.type}${count(field.minimum, field.maximum)}`;
}

function count(least, most, unit = '') {
  if (least === undefined && most === undefined) return '';
  const range = most === undefined ? `${least} or more` : least === undefined ? `up to ${most}` : `${least} to ${most}`;
  return ` (${[range, unit].filter(Boolean).join(' ')})`;
}

/** The laws between fields, in the words in which a manifest is refused. */
function rules(schema, path) {
  const messages = messagesOf(schema, path);
  if (messages.length === 0) return [];
  return [
    '## What is refused',
    '',
    'Besides what is out of the types and bounds above:',
    '',
    '| at | message |',
    '| --- | --- |',
    ...messages.map(({ at, message }) => `| \`${at || 'the whole'}\` | ${cell(message)} |`),
    '',
  ];
}

function messagesOf(schema, path) {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message, messageExpression }) => ({
    at: path,
    message: message ?? messageExpression,
  }));
  const children = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    messagesOf(field, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...children, ...(schema.items === undefined ? [] : messagesOf(schema.items, `${path}[]`))];
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}
