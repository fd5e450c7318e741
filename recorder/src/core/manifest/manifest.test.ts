import { describe, expect, it } from 'vitest';
import type { ManifestPart, Segment } from '../../format/recording.js';
import { addToLog, partsToWrite, startLog, wrotePart } from './manifest-log.js';
import { mergeManifest } from './merge-manifest.js';

const segment = (startMs: number, trackId = 't'): Segment => ({
  ...{ trackId, startMs, durationMs: 4_000, bytes: 10, key: `segments/r/${trackId}/${String(startMs)}` },
});

describe('what a pod has to write', () => {
  it('is a part for each minute; only the newest is written again', () => {
    let log = startLog('r', 0);
    log = addToLog(log, 10_000, { segments: [segment(0)] });
    const [first] = partsToWrite(log);
    log = wrotePart(log, first!);
    expect(partsToWrite(log)).toEqual([]);
    log = addToLog(log, 59_000, { segments: [segment(55_000)] });
    expect(partsToWrite(log)).toMatchObject([
      { fromMs: 0, untilMs: 59_000, segments: [{ startMs: 0 }, { startMs: 55_000 }] },
    ]);
    log = addToLog(log, 61_000, { segments: [segment(57_000)] });
    expect(partsToWrite(log)).toMatchObject([
      { fromMs: 0, untilMs: 61_000 },
      { fromMs: 61_000, untilMs: 61_000, segments: [{ startMs: 57_000 }] },
    ]);
  });

  it('is not forgotten when it changes while it is being written', () => {
    const before = addToLog(startLog('r', 0), 1_000, { segments: [segment(0)] });
    const [written] = partsToWrite(before);
    const after = wrotePart(addToLog(before, 2_000, { segments: [segment(4_000)] }), written!);
    expect(partsToWrite(after)).toMatchObject([{ segments: [{ startMs: 0 }, { startMs: 4_000 }] }]);
  });

  it('stays until the store has it', () => {
    let log = startLog('r', 0);
    for (let minute = 0; minute < 5; minute += 1) log = addToLog(log, minute * 61_000, {});
    expect(partsToWrite(log).map(({ fromMs }) => fromMs)).toEqual([0, 61_000, 122_000, 183_000, 244_000]);
  });
});

it('the manifest is what all pods wrote: each event once, and when one ran', () => {
  const joined = (atMs: number): ManifestPart['events'][number] => ({
    ...{ type: 'ParticipantJoined', atMs, participantId: 'ann', name: 'Ann' },
  });
  const part = (recorder: string, fromMs: number, untilMs: number): ManifestPart => ({
    ...{ recorder, fromMs, untilMs, segments: [segment(fromMs, 'b'), segment(fromMs, 'a')], gaps: [] },
    events: [joined(fromMs)],
  });
  const recording = { ...{ version: 1 as const, startedAtMs: 5, namespace: 'n', job: 'j' }, meetingId: 'm', title: '' };
  const parts = [part('r2', 30_000, 40_000), part('r1', 0, 10_000), part('r1', 10_000, 20_000)];
  const manifest = mergeManifest(recording, { endMs: 40_000, reason: 'Stopped' }, parts);
  expect(manifest.runs).toEqual([
    { fromMs: 0, untilMs: 20_000 },
    { fromMs: 30_000, untilMs: 40_000 },
  ]);
  expect(manifest.events).toEqual([joined(0)]);
  expect(manifest.segments.map(({ trackId, startMs }) => [trackId, startMs])).toEqual([
    ...[0, 10_000, 30_000].map((startMs) => ['a', startMs]),
    ...[0, 10_000, 30_000].map((startMs) => ['b', startMs]),
  ]);
});
