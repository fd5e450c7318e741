import { z } from 'zod';
import { KubeError, kubeErrorOf } from './kube-error.js';

/** An object as it came, with the two things that are read before its own parser checks the rest. */
export interface RawObject {
  readonly json: unknown;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly resourceVersion: string;
  };
}

export type WatchEvent =
  | { readonly kind: 'Changed' | 'Deleted'; readonly object: RawObject }
  | { readonly kind: 'Bookmark'; readonly resourceVersion: string }
  | { readonly kind: 'Ignored'; readonly type: string };

const eventSchema = z.object({ type: z.string(), object: z.looseObject({}) });
const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });
const metadataSchema = z.object({
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    resourceVersion: z.string().min(1),
  }),
});
const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
});

export interface ListPage {
  readonly resourceVersion: string;
  readonly continueToken: string | undefined;
  readonly items: readonly RawObject[];
}

/** One line of a watch. Throws KubeError: `Truncated` for what isn't an event, or the error that the server sent. */
export function parseWatchEvent(line: string): WatchEvent {
  const event = check(eventSchema, parseJson(line));
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'Changed', object: parseRawObject(event.object) };
    case 'DELETED':
      return { kind: 'Deleted', object: parseRawObject(event.object) };
    case 'BOOKMARK':
      return { kind: 'Bookmark', resourceVersion: check(versionSchema, event.object).metadata.resourceVersion };
    case 'ERROR':
      throw kubeErrorOf({ status: 500, retryAfter: undefined, body: event.object });
    default:
      return { kind: 'Ignored', type: event.type };
  }
}

/** One page of a list. Throws KubeError `Truncated` for what isn't a list. */
export function parseListPage(json: unknown): ListPage {
  const list = check(listSchema, json);
  const token = list.metadata.continue;
  return {
    resourceVersion: list.metadata.resourceVersion,
    continueToken: token === '' ? undefined : token,
    items: (list.items ?? []).map(parseRawObject),
  };
}

/** Takes `managedFields` out: half of an object's size, and no controller reads them. */
export function parseRawObject(json: unknown): RawObject {
  const { metadata } = check(metadataSchema, json);
  dropManagedFields(json);
  return { json, metadata };
}

function dropManagedFields(json: unknown): void {
  if (typeof json !== 'object' || json === null || !('metadata' in json)) return;
  const { metadata } = json;
  if (typeof metadata === 'object' && metadata !== null && 'managedFields' in metadata) delete metadata.managedFields;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new KubeError('Truncated', 'a watch line is not JSON', { cause: error });
  }
}

function check<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (!result.success)
    throw new KubeError('Truncated', 'the answer has not the shape of a watch or list', { cause: result.error });
  return result.data;
}
