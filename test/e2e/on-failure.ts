import { dumpCluster } from '@parley/e2e/cluster/diagnostics.js';
import { namespace } from '@parley/e2e/cluster/stage.js';
import { onTestFailed } from 'vitest';

/** Called first in a test: if it fails, what the cluster says is kept in out/e2e. */
export function keepEvidence(): void {
  onTestFailed(async ({ task }) => {
    console.log(`kept in ${await dumpCluster(task.name, [namespace])}`);
  });
}
