import type { Api } from './api.js';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

export async function undescribedFields(api: Api, crd: string): Promise<string[]> {
  const json = await api.kubectl('get', 'crd', crd, '-o', 'json');
  const { spec } = JSON.parse(json) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  const walk = (schema: Schema, path: string): string[] => [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
      ...(property.description === undefined ? [`${path}.${name}`] : []),
      ...walk(property, `${path}.${name}`),
    ]),
    ...(schema.items === undefined ? [] : walk(schema.items, `${path}[]`)),
  ];
  const builtIn = ['.apiVersion', '.kind', '.metadata'];
  return walk(spec.versions[0]?.schema.openAPIV3Schema ?? {}, '').filter((path) => !builtIn.includes(path));
}
