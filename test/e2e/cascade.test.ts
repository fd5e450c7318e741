/** Two nodes, one meeting: what crosses the relay between them, and what does not. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { probeOf } from '@parley/e2e/browser/probed-page.js';
import { deleteObject } from '@parley/e2e/cluster/kubectl.js';
import {
  ensurePools,
  heldByNodes,
  namespace,
  nodesAreEmpty,
  openMeeting,
  sumOverNodes,
} from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
});
afterAll(async () => {
  await people.close();
});

const soon = { deadlineMs: 15_000 };

test('two browsers of different regions are on different nodes, and see and hear each other through the relay', async () => {
  beginScene(people);
  const meetingId = await openMeeting('two-regions');
  const [ann, ben, nextDoor] = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'us' }),
    await enter(people, 'Next door', { meetingId, region: 'eu', publish: [] }),
  ];
  await Promise.all([ann.sees(ben), ben.sees(ann), nextDoor.sees(ann)]);
  const [annView, benView] = [await ann.view(), await ben.view()];
  expect(annView.node).toMatch(/^eu/);
  expect(benView.node).toMatch(/^us/);

  // Until the browsers' jitter buffers know their streams; and before anybody listens, for a browser holds pictures back until they
  // fit the sound that it plays, and the probe plays late.
  await pause(3_000);
  const sinceMs = Date.now();
  await pause(5_000);
  const [relayed, direct] = [await ben.pictures('Ann/camera', sinceMs), await nextDoor.pictures('Ann/camera', sinceMs)];
  expect(relayed.coded / relayed.frames).toBeGreaterThan(0.9);
  console.log(
    `delay from camera to picture, ms: direct ${JSON.stringify(direct.delay)}, through a relay ${JSON.stringify(relayed.delay)}`,
  );
  mkdirSync('out/e2e', { recursive: true });
  writeFileSync('out/e2e/delay.json', JSON.stringify({ direct: direct.delay, relayed: relayed.delay }));
  expect(direct.delay?.p50Ms).toBeLessThan(400);
  expect(relayed.delay?.p50Ms).toBeLessThan(direct.delay!.p50Ms + 100);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
});

test('the meeting page itself: two people join it in two regions, and their tiles show each other', async () => {
  beginScene(people);
  const meetingId = await openMeeting('page');
  const open = async (name: string, region: string): Promise<Awaited<ReturnType<People['openPage']>>> => {
    const opened = await people.openPage(`/m/${meetingId}?region=${region}`);
    await opened.page.getByLabel('Your name').fill(name);
    await opened.page.getByRole('button', { name: 'Join' }).click();
    await opened.page.getByRole('button', { name: 'Leave' }).waitFor();
    return opened;
  };
  const eve = await open('Eve', 'eu');
  const uma = await open('Uma', 'us');
  for (const [here, there, name] of [
    [eve, uma, 'Uma'],
    [uma, eve, 'Eve'],
  ] as const) {
    const probe = probeOf(here.page);
    await probe.watchVideosLabelled(`Video of ${name}`);
    await waitUntil(
      `the tile shows ${name}`,
      soon,
      () => probe.pictures(`Video of ${name}/video`),
      ({ coded, cameraIds }) => coded > 5 && cameraIds.join() === String(there.devices.cameraId),
    );
    await waitUntil(
      `the page sounds of ${name}`,
      soon,
      () => probe.listen('voices', 400),
      ({ peakHz }) => Math.abs(peakHz - there.devices.toneHz) < 15,
    );
  }
  await uma.page.getByRole('button', { name: 'Leave' }).click();
  await eve.page.getByLabel('Video of Uma').waitFor({ state: 'detached' });
});

test('nothing is piped before someone consumes, and it stops when the last consumer leaves', async () => {
  beginScene(people);
  await nodesAreEmpty();
  const meetingId = await openMeeting('on-demand');
  const piped = (): Promise<number> => sumOverNodes((metrics) => metrics.sum('parley_relay_piped_producers'));
  const ann = await enter(people, 'Ann', { meetingId, region: 'eu' });
  const ben = await people.come('Ben');
  const carl = await people.come('Carl');
  for (const far of [ben, carl]) {
    await far.enter({ meetingId, region: 'us', autoSubscribe: false, publish: [] });
  }
  const camera = await waitUntil(
    'Ben knows of Ann’s camera',
    soon,
    async () =>
      (await ben.view()).participants
        .find(({ name }) => name === 'Ann')
        ?.media.find(({ source }) => source === 'camera')?.producerId ?? '',
    (id) => id !== '',
  );
  await pause(1_000);
  expect(await piped()).toBe(0);

  await Promise.all([ben.subscribe([camera]), carl.subscribe([camera])]);
  await Promise.all([ben.sees(ann), carl.sees(ann)]);
  // Once out of Ann's node and once into theirs, however many watch there.
  expect(await piped()).toBe(2);

  await carl.unsubscribe([camera]);
  const sinceMs = Date.now();
  await pause(1_000);
  expect((await ben.pictures('Ann/camera', sinceMs)).frames).toBeGreaterThan(5);
  await ben.leave();
  await waitUntil('nothing is piped any more', soon, piped, (count) => count === 0);
});

test('names, mutes and the active speaker reach all five on both nodes, and leaving frees everything on every node', async () => {
  beginScene(people);
  await nodesAreEmpty();
  const meetingId = await openMeeting('five');
  const five = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'us' }),
    await enter(people, 'Cid', { meetingId, region: 'eu', publish: ['microphone'] }),
    await enter(people, 'Dora', { meetingId, region: 'us', publish: ['microphone'] }),
    await enter(people, 'Eli', { meetingId, region: 'eu', publish: ['microphone'] }),
  ];
  const [ann, ben, , dora, eli] = five as [Participant, Participant, Participant, Participant, Participant];
  const everyoneSees = async (
    what: string,
    read: (view: Awaited<ReturnType<Participant['view']>>) => unknown,
    wanted: unknown,
  ): Promise<void> => {
    await waitUntil(
      what,
      soon,
      () => Promise.all(five.map(async (one) => read(await one.view()))),
      (seen) => seen.every((value) => JSON.stringify(value) === JSON.stringify(wanted)),
    );
  };
  const names = (view: Awaited<ReturnType<Participant['view']>>): string[] => view.participants.map(({ name }) => name);
  await everyoneSees('all five names in the same order', names, ['Ann', 'Ben', 'Cid', 'Dora', 'Eli']);

  await dora.rename('Dorothea');
  await everyoneSees('the new name', names, ['Ann', 'Ben', 'Cid', 'Dorothea', 'Eli']);

  await ben.setPaused('microphone', true);
  const bensVoice = (view: Awaited<ReturnType<Participant['view']>>): unknown =>
    view.participants.find(({ name }) => name === 'Ben')?.media.find(({ source }) => source === 'microphone')?.paused;
  await everyoneSees('Ben muted', bensVoice, true);
  await ben.setPaused('microphone', false);
  await everyoneSees('Ben unmuted', bensVoice, false);

  for (const loud of [ben, eli]) {
    await Promise.all(five.map((one) => one.setLoudness(one === loud ? 0.9 : 0.001)));
    await everyoneSees(`${loud.name} as the active speaker`, ({ activeSpeaker }) => activeSpeaker, loud.name);
  }

  const before = await heldByNodes();
  expect(before).toMatchObject({ parley_node_participants: 5, parley_node_producers: 7 });
  await eli.leave();
  await waitUntil(
    'Ann is told that Eli left',
    soon,
    async () => (await ann.view()).log,
    (log) => log.includes('left Eli Left'),
  );
  for (const one of five.slice(0, 4)) await one.leave();
  await waitUntil(
    'no participant’s media is left',
    soon,
    heldByNodes,
    (sums) =>
      ['participants', 'producers', 'consumers'].every((what) => sums[`parley_node_${what}`] === 0) &&
      sums['parley_relay_piped_producers'] === 0,
  );
  await deleteObject('meeting', 'five', namespace);
  await nodesAreEmpty();
});
