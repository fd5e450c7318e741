import type { People } from '@parley/e2e/browser/people.js';
import { dumpCluster } from '@parley/e2e/cluster/diagnostics.js';
import { kubectl } from '@parley/e2e/cluster/kubectl.js';
import { namespace } from '@parley/e2e/cluster/stage.js';
import { onTestFinished } from 'vitest';

/** Called first in a test: afterwards everybody goes and every meeting ends; if it failed, what the cluster says is kept in out/e2e. */
export function beginScene(people?: People): void {
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(`kept in ${await dumpCluster(task.name, [namespace])}`);
    await Promise.all(people?.browser.contexts().map((context) => context.close()) ?? []);
    await kubectl(['delete', 'meeting', '--all', '--namespace', namespace, '--timeout=30s'], { deadlineMs: 40_000 });
  });
}
