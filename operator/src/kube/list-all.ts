import type { KubeClient, KubeRequest } from './kube-client.js';
import { parseListPage, type RawObject } from './watch-event.js';

export interface ListAllInput {
  readonly client: Pick<KubeClient, 'request'>;
  readonly path: string;
  readonly query: NonNullable<KubeRequest['query']>;
  /** Of one page. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Called with the objects of each page: all of them as they came would be many times what is kept of them. */
  readonly onPage: (items: readonly RawObject[]) => void;
}

/**
 * A consistent list in pages, all of one version. An expired `continue` fails the whole with `Gone`.
 * @returns the version from where a watch goes on.
 */
export async function listAll(input: ListAllInput): Promise<string> {
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
    input.onPage(page.items);
    continueToken = page.continueToken;
    if (continueToken === undefined) return page.resourceVersion;
  }
}
