/** A browser that reaches nothing but TURN servers, and those over TCP only: it joins, and stays when its server goes. */
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { getObject, patchObject, type SFUPool } from '@parley/e2e/cluster/kubectl.js';
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

function pathOver(all: TurnServers, name: string): string {
  const urls = all.find((server) => server.name === name)?.urls ?? [];
  return `relayed tcp ${urls.find((url) => url.endsWith('transport=tcp')) ?? ''}`;
}

/** Comes again until it is relayed by this server: which of two it takes follows from its id, and from how addresses are translated. */
async function enterOver(path: string, meetingId: string): Promise<Participant> {
  for (let attempt = 1; ; attempt += 1) {
    // Another name each time: what is seen of one must not be taken for what is seen of the next.
    const ben = await people.come(`Ben${String(attempt)}`);
    await ben.enter({ meetingId, region: 'eu', iceTransportPolicy: 'relay', turnOverTcpOnly: true });
    const { paths } = await waitUntil(
      'Ben is connected',
      soon,
      () => ben.view(),
      (view) => view.paths.every((each) => each !== ''),
    );
    for (const each of paths) expect(each).toMatch(/^relayed tcp turn:/);
    if (paths.includes(path)) return ben;
    await ben.leave();
    await ben.close();
  }
}

test('a browser that can only reach TURN over TCP joins, and stays through a scale-in of its server (law 3)', async () => {
  beginScene(people);
  await setTurn({ replicas: 2, resources: { requests: { cpu: '20m', memory: '32Mi' } } });
  const two = await servers('two TURN servers are ready', (all) => named(all, 'Ready').length === 2);
  const meetingId = await openMeeting('relayed', { pools: [{ name: 'eu' }] });
  const ann = await enter(people, 'Ann', { meetingId, region: 'eu' });
  // Of two that carry as much, the last one goes.
  const ben = await enterOver(pathOver(two, 'eu-1-turn'), meetingId);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
  expect((await ann.view()).paths[0]).toMatch(/^direct udp/);
  await pause(2_000);

  const sinceMs = Date.now();
  await setTurn({ replicas: 1 });
  const remaining = pathOver(two, 'eu-0-turn');
  await waitUntil(
    'Ben is relayed by the remaining one',
    soon,
    async () => (await ben.view()).paths,
    (paths) => paths.every((path) => path === remaining),
  );
  await pause(1_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`longest gaps while a TURN server went, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  for (const one of [ann, ben]) expect((await one.view()).log.filter((line) => line.startsWith('state'))).toEqual([]);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
  expect(named((await getObject<SFUPool>('sfupool', 'eu', namespace)).status?.turn?.servers ?? [], 'Ready')).toEqual([
    'eu-0-turn',
  ]);

  // It ends by itself, long before its deadline, when nobody is on it any more.
  await Promise.all([ann.leave(), ben.leave()]);
  await servers('the one that was to go has gone', (all) => all.length === 1);
  await setTurn(null);
  await servers('none is there', (all) => all.length === 0);
});
