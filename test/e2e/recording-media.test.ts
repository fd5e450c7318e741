/**
 * Law 7: what is in a recording, decoded. Three people with time codes in their pictures, in one meeting over two nodes, recorded into a
 * store on this machine; what the status says is missing is what the file lacks.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { killNode } from '@parley/e2e/cluster/faults.js';
import { kubectl } from '@parley/e2e/cluster/kubectl.js';
import {
  recordingIs,
  startRecordingStore,
  stopRecording,
  type RecordingStore,
} from '@parley/e2e/cluster/recordings.js';
import { ensurePools, namespace, nodePod, openMeeting } from '@parley/e2e/cluster/stage.js';
import { pause } from '@parley/e2e/deadline.js';
import { reportOnTile, tileCodesOf, type TileReport } from '@parley/e2e/media/decoded-film.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

/** Of three in the gallery. */
const tiles = [
  { x: 4, y: 2 },
  { x: 964, y: 2 },
  { x: 484, y: 544 },
].map((place) => ({ ...place, width: 952, height: 534 }));

interface Timeline {
  readonly recording: { readonly startedAtMs: number };
  readonly endMs: number;
  readonly events: readonly {
    readonly type: string;
    readonly trackId?: string;
    readonly participantId?: string;
    readonly source?: string;
  }[];
}
type Status = Awaited<ReturnType<typeof recordingIs>>;

let people: People;
let reached: RecordingStore | undefined;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
  reached = await startRecordingStore();
});
afterAll(async () => {
  await people.close();
  await kubectl(['delete', 'recordingjob', '--all', '--namespace', namespace, '--timeout=60s'], { deadlineMs: 70_000 });
  await reached?.close();
});

const storeOr = (skip: (note: string) => never): RecordingStore =>
  reached ?? skip('pods of this cluster do not reach this machine');

const nodesOf = async (everybody: readonly Participant[]): Promise<number> =>
  new Set(await Promise.all(everybody.map(async (one) => (await one.view()).node))).size;

async function threeOnTwoNodes(name: string): Promise<readonly Participant[]> {
  const meetingId = await openMeeting(name);
  const everybody = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'eu' }),
    await enter(people, 'Cid', { meetingId, region: 'us' }),
  ];
  await Promise.all(
    everybody.flatMap((one) => everybody.filter((other) => other !== one).map((other) => one.sees(other))),
  );
  expect(await nodesOf(everybody)).toBe(2);
  return everybody;
}

/** What was recorded, from the store: the file that the status names, and its timeline. */
async function recorded(kept: RecordingStore, status: Status): Promise<{ path: string; timeline: Timeline }> {
  const file = status.outputs?.find(({ kind }) => kind === 'MP4');
  const timeline = status.outputs?.find(({ kind }) => kind === 'Timeline');
  const path = kept.pathOf(file?.key ?? 'no MP4');
  const bytes = await readFile(path);
  expect(bytes.length).toBe(file?.bytes);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(file?.sha256);
  return { path, timeline: await kept.readJson<Timeline>(timeline?.key ?? 'no timeline') };
}

interface Seen {
  readonly one: Participant;
  readonly tile: TileReport;
}

/** Each person's tile, by the camera in it. */
async function seenIn(path: string, timeline: Timeline, everybody: readonly Participant[]): Promise<readonly Seen[]> {
  const { startedAtMs } = timeline.recording;
  const reports = (await tileCodesOf(path, tiles, startedAtMs)).map((codes) => reportOnTile(codes, startedAtMs));
  return everybody.map((one) => {
    const tile = reports.find(({ cameraIds }) => cameraIds.join() === String(one.devices.cameraId));
    if (tile === undefined) throw new Error(`${one.name} is in no tile: ${JSON.stringify(reports)}`);
    return { one, tile };
  });
}

test('a recorder that is killed twice loses a segment each time at most, and says which', async ({ skip }) => {
  const store = storeOr(skip);
  beginScene(people);
  const everybody = await threeOnTwoNodes('killed');
  await store.record('killed', 'killed');
  await recordingIs('killed', 'Recording');
  for (const wait of [9_000, 14_000]) {
    await pause(wait);
    const { recorder = '' } = await recordingIs('killed', 'Recording');
    await killNode(await nodePod(recorder));
  }
  await pause(16_000);
  await stopRecording('killed');
  const status = await recordingIs('killed', 'Completed');
  const { path, timeline } = await recorded(store, status);
  console.log(`killed twice: ${JSON.stringify(status.gaps)}, ${String(status.recordedSeconds)} s`);
  const cameras = timeline.events.filter(({ type, source }) => type === 'TrackStarted' && source === 'camera');
  for (const { one, tile } of await seenIn(path, timeline, everybody)) {
    const said = (status.gaps ?? [])
      .filter(({ participant, track }) => participant === one.name && cameras.some(({ trackId }) => trackId === track))
      .map(({ startSeconds, seconds }) => ({ fromMs: startSeconds * 1_000, toMs: (startSeconds + seconds) * 1_000 }))
      .toSorted((a, b) => a.fromMs - b.fromMs);
    console.log(`${one.name}: lacks ${JSON.stringify(tile.gaps)}, is said to lack ${JSON.stringify(said)}`);
    // Shorter ones are the page's own, on a busy machine.
    const lacks = tile.gaps.filter(({ fromMs, toMs }) => toMs - fromMs > 1_000);
    expect(said.filter(({ fromMs, toMs }) => toMs - fromMs > 1_000)).toHaveLength(2);
    expect(lacks).toHaveLength(2);
    for (const [index, gap] of lacks.entries()) {
      expect(Math.abs(gap.fromMs - (said[index]?.fromMs ?? NaN))).toBeLessThan(700);
      expect(Math.abs(gap.toMs - (said[index]?.toMs ?? NaN))).toBeLessThan(700);
      // A segment of four seconds, and until another process records.
      expect(gap.toMs - gap.fromMs).toBeLessThan(16_000);
    }
  }
});
