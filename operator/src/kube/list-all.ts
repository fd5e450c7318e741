import type { KubeClient, KubeRequest } from './kube-client.js';
import { parseListPage, type RawObject } from './watch-event.js';

export interface ListAllInput {
  readonly client: Pick<KubeClient, 'request'>;
  readonly path: string;
  readonly query: NonNullable<KubeRequest['query']>;
  /** Of one page. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onPage: () => void;
}

export interface ListedObjects {
  readonly items: readonly RawObject[];
  /** From where a watch goes on. */
  readonly resourceVersion: string;
}

/** A consistent list in pages, all of one version. An expired `continue` fails the whole with `Gone`. */
export async function listAll(input: ListAllInput): Promise<ListedObjects> {
  const items: RawObject[] = [];
  let continueToken: string | undefined;
  for (;;) {
    const page = parseListPage(
      await input.client.request({
        method: 'GET',
        path: input.path,
        query: { ...input.query, continue: continueToken },
        signal: input.signal,
        deadlineMs: input.deadlineMs,
      }),
    );
    input.onPage();
    for (const item of page.items) items.push(item);
    continueToken = page.continueToken;
    if (continueToken === undefined) return { items, resourceVersion: page.resourceVersion };
  }
}
