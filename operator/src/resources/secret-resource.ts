import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

export interface Secret {
  readonly metadata: KubeMetadata & {
    readonly namespace: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** In base64. */
  readonly data: Readonly<Record<string, string>>;
}

const schema: z.ZodType<Secret> = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  data: z.record(z.string(), z.string()).default({}),
});

export const SECRETS: KubeResource<Secret> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  parse: (json) => schema.parse(json),
};

/** The text under a key; undefined when it isn't there. */
export function secretText(secret: Secret | undefined, key: string): string | undefined {
  const encoded = secret?.data[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** As a Secret holds it: in base64. `stringData` would not do: server-side apply never removes what came by it. */
export function secretData(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}
