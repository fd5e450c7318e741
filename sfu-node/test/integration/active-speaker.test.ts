import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startSpeech, type Speech } from './support/speech.js';
import { startTestMeeting, type TestMeeting } from './support/test-meeting.js';
import { lively, startTestNode, type TestNode } from './support/test-node.js';
import { until } from './support/until.js';

let node: TestNode;
let meeting: TestMeeting;
const speeches: Speech[] = [];

beforeAll(async () => {
  node = await startTestNode();
});
afterEach(() => {
  for (const speech of speeches.splice(0)) speech.stop();
  meeting.close();
});
afterAll(() => node.close());

async function speak(participantId: string): Promise<Speech> {
  const media = await node.node.rooms.require(meeting.meetingId).media();
  const speech = await startSpeech(media.router);
  speeches.push(speech);
  await media.meter.add(speech.producer, participantId);
  return speech;
}

it('who speaks is told, with levels, and that nobody does any more', async () => {
  meeting = await startTestMeeting(node);
  const room = meeting.watch();
  await meeting.join('ann');
  await meeting.join('bob');
  const [ann, bob] = [await speak('ann'), await speak('bob')];

  ann.say(-30);
  const first = await room.wait('activeSpeaker', ({ participantId }) => participantId === 'ann');
  expect(first.levels[0]?.participantId).toBe('ann');
  expect(first.levels[0]?.dbov).toBeGreaterThan(-40);
  bob.say(-10);
  await room.wait('activeSpeaker', ({ participantId }) => participantId === 'bob');
  const late = await meeting.watch('s2').wait('snapshot');
  expect(late.activeSpeaker?.participantId).toBe('bob');

  const spoken = room.events.length;
  ann.say(undefined);
  bob.say(undefined);
  await until('nobody is told', () =>
    room.events.slice(spoken).some(({ event }) => event.case === 'activeSpeaker' && event.value.participantId === ''),
  );
  const speakers = room.events.flatMap(({ event }) =>
    event.case === 'activeSpeaker' ? [event.value.participantId] : [],
  );
  // Each became the speaker once, without flapping. (A busy machine may make a pause between them.)
  const changes = speakers.filter((speaker) => speaker !== '').filter((speaker, at, all) => speaker !== all[at - 1]);
  expect(changes).toEqual(['ann', 'bob']);
});

it('the observer exists only while there is a microphone', async () => {
  meeting = await startTestMeeting(node);
  await meeting.join('ann');
  const { router } = await node.node.rooms.require(meeting.meetingId).media();
  const observers = async (): Promise<number> => (await router.dump()).rtpObserverIds.length;
  expect(await observers()).toBe(0);
  await meeting.produceCamera('ann', 'camera-o');
  expect(await observers()).toBe(0);
  await meeting.produceMicrophone('ann', 'mic-o');
  expect(await observers()).toBe(1);
  await meeting.join('ann', { fresh: true });
  await until('it is closed', async () => (await observers()) === 0);
});

it('media shows in the load', async () => {
  meeting = await startTestMeeting(node);
  await meeting.join('ann');
  const speech = await speak('ann');
  speech.say(-20);
  for await (const report of node.control.watchLoad({ intervalMs: 300 }, lively)) {
    const { ingressBytesPerSecond, ingressPacketsPerSecond, workerCpuMax } = report;
    if (ingressBytesPerSecond > 2_000 && ingressPacketsPerSecond > 25 && workerCpuMax > 0) break;
  }
});
