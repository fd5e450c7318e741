// Writes docs/reference/chart.md from the comments and defaults in charts/parley/values.yaml.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, parseDocument } from 'yaml';

const root = new URL('../../', import.meta.url);
const values = parseDocument(readFileSync(new URL('charts/parley/values.yaml', root), 'utf8'));

const rows = [];
collect(values.contents, [], '');
writeFileSync(
  new URL('docs/reference/chart.md', root),
  [
    '# Values of the chart',
    '',
    '<!-- Generated from charts/parley/values.yaml by `make generate`: do not edit. -->',
    '',
    'Each value is checked by `charts/parley/values.schema.json`; an unknown or wrong one is refused with its place.',
    '',
    '| value | default | what it is |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n'),
);

/** A mapping with keys of its own is a heading, whose comment stands in its own row; anything else is a value. */
function collect(map, path, inherited) {
  for (const [index, { key, value }] of map.items.entries()) {
    const name = [...path, key.value].join('.');
    const comment = text(key.commentBefore) || (index === 0 ? inherited : '');
    if (isMap(value) && value.items.length > 0 && !value.flow && !name.endsWith('resources')) {
      const own = text(value.commentBefore);
      if (comment) rows.push(`| \`${name}\` | | ${comment} |`);
      collect(value, [...path, key.value], own);
    } else {
      rows.push(`| \`${name}\` | \`${JSON.stringify(value.toJSON())}\` | ${comment} |`);
    }
  }
}

function text(comment) {
  return (comment ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .replaceAll('|', '\\|')
    .trim();
}
