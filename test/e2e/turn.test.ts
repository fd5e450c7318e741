/** A browser that reaches nothing but TURN servers, and those over TCP only: it joins, and stays when they go one after the other. */
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { getObject, kubectl, patchObject, type SFUPool } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, namespace, openMeeting } from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

type TurnServers = NonNullable<NonNullable<NonNullable<SFUPool['status']>['turn']>['servers']>;

const longestGapMs = 500;
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

/** Waits until both of its transports lead over this server, by TCP. */
async function isRelayedBy(participant: Participant, all: TurnServers, name: string): Promise<void> {
  const urls = all.find((server) => server.name === name)?.urls ?? [];
  const wanted = `relayed tcp ${urls.find((url) => url.endsWith('transport=tcp')) ?? ''}`;
  await waitUntil(
    `${participant.name} is relayed by ${name}`,
    soon,
    async () => (await participant.view()).paths,
    ([receive, send]) => receive === wanted && send === wanted,
  );
}

test('a browser that can only reach TURN over TCP joins, and stays through a scale-in and a deletion', async () => {
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

  const sinceMs = Date.now();
  await setTurn({ replicas: 1 });
  const scaled = await servers('one has left the list', (all) => named(all, 'Ready').length === 1);
  const [remaining = ''] = named(scaled, 'Ready');
  await isRelayedBy(ben, scaled, remaining);

  await kubectl(['delete', 'pod', remaining, '--namespace', namespace, '--wait=false']);
  const replaced = await servers(
    'another is there in its place',
    (all) => named(all, 'Ready').length === 1 && !named(all, 'Ready').includes(remaining),
  );
  const [next = ''] = named(replaced, 'Ready');
  await isRelayedBy(ben, replaced, next);
  await pause(2_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`longest gaps while TURN servers went, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  for (const one of [ann, ben]) expect((await one.view()).log.filter((line) => line.startsWith('state'))).toEqual([]);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  // They end by themselves, long before their deadline, when nobody is on them any more.
  await servers('those that were to go have gone', (all) => all.length === 1);
});
