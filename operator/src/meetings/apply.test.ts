import { meetingIdOf } from '@parley/crds/meeting-id.js';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { NO_LOAD } from '../core/load/load.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { createOperatorMetrics } from '../metrics/operator-metrics.js';
import { applyTopology } from './apply.js';
import { NO_PASSCODES } from './passcodes.js';
import { createLeaderWorld } from './testing/leader-world.js';

test('whoever waits for one node does not wait for another that does not answer, though that one is told, too', async () => {
  const world = createLeaderWorld(
    ['eu', 'us'].map((name) => ({ name, region: name, nodes: 1 })),
    createFakeClock(),
  );
  for (const { key } of world.nodes) world.directory.reported(key, NO_LOAD);
  const meeting = world.meeting('both', { pools: [{ name: 'eu' }, { name: 'us' }] });
  world.decider.decide(meeting, NO_PASSCODES);
  const told: string[] = [];
  const directory = {
    ...world.directory,
    apply: (node: string): Promise<string> => {
      told.push(node);
      return node === 'default/us-0' ? new Promise<never>(() => undefined) : Promise.resolve('first');
    },
  };
  const outcome = await applyTopology(
    { store: world.store, directory, metrics: createOperatorMetrics(new Registry()) },
    world.store.get(meetingIdOf('both'))!,
    { signal: new AbortController().signal, log: pino({ level: 'silent' }), awaited: new Set(['default/eu-0']) },
  );
  expect(outcome).toEqual({ unreachable: [], untold: [] });
  expect(told).toEqual(['default/eu-0', 'default/us-0']);
});
