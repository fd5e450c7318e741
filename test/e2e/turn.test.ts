/** A browser that reaches nothing but TURN servers, and those over TCP only. */
import { enter } from '@parley/e2e/browser/enter.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { getObject, patchObject, type SFUPool } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, namespace, openMeeting } from '@parley/e2e/cluster/stage.js';
import { waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

type TurnServers = NonNullable<NonNullable<NonNullable<SFUPool['status']>['turn']>['servers']>;

const soon = { deadlineMs: 120_000, everyMs: 500 };
let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
});
afterAll(async () => {
  await setTurn(null);
  await people.close();
});

const setTurn = (turn: object | null): Promise<unknown> =>
  patchObject('sfupool', 'eu', { namespace, patch: { spec: { turn } } });

function servers(what: string, holds: (all: TurnServers) => boolean): Promise<TurnServers> {
  return waitUntil(
    what,
    soon,
    async () => (await getObject<SFUPool>('sfupool', 'eu', namespace)).status?.turn?.servers ?? [],
    holds,
  );
}
const named = (all: TurnServers, phase: string): string[] =>
  all.filter((server) => server.phase === phase).map(({ name }) => name);

test('a browser that can only reach TURN over TCP joins; when TURN goes, so do its servers', async () => {
  beginScene(people);
  await setTurn({ replicas: 2, resources: { requests: { cpu: '20m', memory: '32Mi' } } });
  await servers('two TURN servers are ready', (all) => named(all, 'Ready').length === 2);
  const meetingId = await openMeeting('relayed', { pools: [{ name: 'eu' }] });
  const ann = await enter(people, 'Ann', { meetingId, region: 'eu' });
  const ben = await people.come('Ben');
  await ben.enter({ meetingId, region: 'eu', iceTransportPolicy: 'relay', turnOverTcpOnly: true });
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
  for (const path of (await ben.view()).paths) expect(path).toMatch(/^relayed tcp turn:/);
  expect((await ann.view()).paths[0]).toMatch(/^direct udp/);

  await Promise.all([ann.leave(), ben.leave()]);
  await Promise.all([ann.close(), ben.close()]);
  await setTurn({ replicas: 1, resources: { requests: { cpu: '20m', memory: '32Mi' } } });
  await servers(
    'one goes by itself, as nobody is on it',
    (all) => all.length === 1 && named(all, 'Ready').length === 1,
  );
  await setTurn(null);
  await servers('none is there', (all) => all.length === 0);
});
