import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loudness, samplesOf } from '@parley/e2e/media/decoded-sound.js';
import {
  composeRecording,
  type ComposeOptions,
  type ComposeSettings,
} from '@parley/recorder/compose/compose-recording.js';
import { createFfmpeg } from '@parley/recorder/compose/ffmpeg.js';
import { gridOf, stageOf, type Box } from '@parley/recorder/core/compose/layout.js';
import type { Manifest, Segment, TimelineEvent } from '@parley/recorder/format/recording.js';
import type { Composed } from '@parley/recorder/format/result.js';
import { createDirectoryStore } from '@parley/recorder/store/directory-store.js';
import type { RecordingStore } from '@parley/recorder/store/recording-store.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filmOf, lumas, type Film } from '../support/decoded.js';
import { ffmpeg, makePicture, makeSound, segmentPath } from '../support/made-media.js';

const signal = new AbortController().signal;
const everything: ComposeSettings = {
  layout: 'Gallery',
  outputs: ['MP4', 'HLS', 'Audio', 'Tracks'],
  keepSegments: true,
  threads: 2,
  font: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  cacheBytes: 2_000_000,
};
const blue: [number, number] = [200, 100];
const red: [number, number] = [90, 220];
const green: [number, number] = [60, 60];

let folder: string;
let manifest: Manifest;

/** Ada from the beginning, with 8 to 12 s of her camera lost; Bo from 6 s on, muted from 16 to 20 s; Cy's screen from 14 to 20 s. */
async function recordMeeting(root: string): Promise<Manifest> {
  const joined = (atMs: number, participantId: string, name: string): TimelineEvent => ({
    type: 'ParticipantJoined',
    atMs,
    participantId,
    name,
  });
  const started = (atMs: number, trackId: string, codec: 'vp8' | 'vp9' | 'h264' | 'opus'): TimelineEvent => {
    const [participantId = '', source = ''] = trackId.split('-');
    return { type: 'TrackStarted', atMs, trackId, participantId, source: source as 'camera', codec, muted: false };
  };
  const events: TimelineEvent[] = [
    joined(0, 'ada', "Ada %{pts} 'O'Lace': [x]"),
    started(0, 'ada-camera', 'vp8'),
    started(0, 'ada-microphone', 'opus'),
    joined(6_000, 'bo', 'Bo'),
    started(6_000, 'bo-camera', 'h264'),
    started(6_000, 'bo-microphone', 'opus'),
    joined(12_000, 'cy', 'Cy'),
    started(14_000, 'cy-screen', 'vp9'),
    { type: 'TrackMuted', atMs: 16_000, trackId: 'bo-microphone' },
    { type: 'TrackEnded', atMs: 20_000, trackId: 'cy-screen' },
    { type: 'TrackUnmuted', atMs: 20_000, trackId: 'bo-microphone' },
  ];
  const camera = { width: 320, height: 180, framesPerSecond: 30 } as const;
  const parts = [
    await makePicture(root, {
      ...camera,
      trackId: 'ada-camera',
      codec: 'vp8',
      colour: blue,
      fromMs: 0,
      untilMs: 8_000,
    }),
    await makePicture(root, {
      ...camera,
      trackId: 'ada-camera',
      codec: 'vp8',
      colour: blue,
      fromMs: 12_000,
      untilMs: 24_000,
    }),
    await makePicture(root, {
      ...camera,
      trackId: 'bo-camera',
      codec: 'h264',
      colour: red,
      fromMs: 6_000,
      untilMs: 14_000,
    }),
    // The sender has another size from then on, of another shape.
    await makePicture(root, {
      ...camera,
      width: 480,
      height: 360,
      trackId: 'bo-camera',
      codec: 'h264',
      colour: red,
      fromMs: 14_000,
      untilMs: 24_000,
    }),
    await makePicture(root, {
      trackId: 'cy-screen',
      codec: 'vp9',
      width: 640,
      height: 360,
      framesPerSecond: 5,
      colour: green,
      fromMs: 14_000,
      untilMs: 20_000,
    }),
    await makeSound(root, { trackId: 'ada-microphone', hertz: 440, volume: 0.9, fromMs: 0, untilMs: 24_000 }),
    await makeSound(root, { trackId: 'bo-microphone', hertz: 1_000, volume: 0.05, fromMs: 6_000, untilMs: 16_000 }),
    await makeSound(root, { trackId: 'bo-microphone', hertz: 1_000, volume: 0.05, fromMs: 20_000, untilMs: 24_000 }),
  ];
  return aManifest(24_000, events, parts.flat());
}

function aManifest(endMs: number, events: readonly TimelineEvent[], segments: readonly Segment[]): Manifest {
  return {
    recording: { version: 1, startedAtMs: 0, namespace: 'demo', job: 'rec', meetingId: 'abc', title: 'Stand-up' },
    endMs,
    endReason: 'Stopped',
    segments,
    events,
    gaps: [],
    runs: [{ fromMs: 0, untilMs: endMs }],
  };
}

function optionsFor(store: RecordingStore, parts: Partial<ComposeOptions> = {}): ComposeOptions {
  return {
    store,
    manifest,
    settings: everything,
    workDir: join(folder, 'work'),
    signal,
    onProgress: () => undefined,
    ...parts,
  };
}

/** How much later each frame is than what it shows, in milliseconds. */
function latenesses(film: Film, tile: Box, fromMs: number, untilMs: number): number[] {
  const [first, end] = [fromMs, untilMs].map((ms) => Math.round((ms * 30) / 1000)) as [number, number];
  return Array.from({ length: end - first }, (_, index) => {
    const code = film.timeCode(first + index, tile);
    return code === undefined ? Infinity : ((first + index) * 1000) / 30 - code;
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compose-'));
  manifest = await recordMeeting(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a meeting of three', () => {
  let composed: Composed;
  let path: string;
  let film: Film;
  let samples: Float32Array;
  const percents: number[] = [];

  beforeAll(async () => {
    const onProgress: ComposeOptions['onProgress'] = ({ percent }) => void percents.push(percent);
    const store = createDirectoryStore({ directory: folder, prefix: '' });
    composed = await composeRecording(optionsFor(store, { onProgress }));
    path = join(folder, 'outputs/recording.mp4');
    film = await filmOf(path);
    samples = await samplesOf(path);
  }, 240_000);

  it('is as long as it was, and its sound begins and ends with its picture', async () => {
    const probe = await createFfmpeg().probe(path, signal);
    const video = probe.streams.find(({ kind }) => kind === 'video');
    const audio = probe.streams.find(({ kind }) => kind === 'audio');
    expect(video).toMatchObject({ codec: 'h264', width: 1920, height: 1080, startMs: 0, durationMs: 24_000 });
    expect(Math.abs((audio?.durationMs ?? 0) - 24_000)).toBeLessThan(80);
    expect(film.frames).toBe(720);
  });

  it('lacks what it says that it lacks, and shows it', () => {
    expect(composed.missing).toEqual([{ trackId: 'ada-camera', startMs: 8_000, durationMs: 4_000, reason: 'NoMedia' }]);
    const ada = gridOf(2)[0]!;
    const seen = Array.from({ length: 180 }, (_, index) => film.timeCode(180 + index, ada) !== undefined);
    expect(seen).toEqual([...Array<boolean>(60).fill(true), ...Array<boolean>(120).fill(false)]);
  });

  const beside = stageOf({ others: 3, main: 'Tall', maxColumns: 2 });
  it.each<[string, Box, number, number]>([
    ['Ada alone', gridOf(1)[0]!, 0, 6_000],
    ['Ada beside Bo', gridOf(2)[0]!, 6_000, 8_000],
    ['Bo beside Ada', gridOf(2)[1]!, 6_000, 12_000],
    ['Ada among three', gridOf(3)[0]!, 12_000, 14_000],
    // 16:9, in the middle of a tile that is as high as the canvas.
    ['the screen', { ...beside[0]!, y: 88, height: 904 }, 14_000, 20_000],
    ['Ada beside the screen', beside[1]!, 14_000, 20_000],
    ['Ada among three again', gridOf(3)[0]!, 20_000, 24_000],
  ])('shows %s at the time at which it was', (name, tile, fromMs, untilMs) => {
    const late = latenesses(film, tile, fromMs, untilMs);
    // A code stands for a tenth of a second, and the screen has a new picture in a fifth.
    expect(Math.max(...late)).toBeLessThan(name === 'the screen' ? 300 : 140);
    expect(Math.min(...late)).toBeGreaterThan(-40);
  });

  it('shows each with their colour, and a plain tile for who has no camera', () => {
    const shown = (frame: number, { x, y, width, height }: Box): readonly number[] =>
      film.colour(frame, { x: x + width / 2, y: y + height * 0.6 }).slice(1);
    const [ada, bo, cy] = gridOf(3) as [Box, Box, Box];
    const isNear = (seen: readonly number[], colour: readonly number[]): boolean =>
      seen.every((value, index) => Math.abs(value - (colour[index] ?? 0)) < 25);
    expect(isNear(shown(390, ada), blue)).toBe(true);
    expect(isNear(shown(700, bo), red)).toBe(true);
    expect(isNear(shown(390, cy), [133, 124])).toBe(true);
  });

  it('keeps the shape of a picture whose size changes', () => {
    const { x, y } = gridOf(3)[1]!;
    // 4:3 within a tile of 16:9 leaves its sides empty.
    const side = { x: x + 40, y: y + 400 };
    expect(Math.abs(film.colour(700, side)[0] - 49)).toBeLessThan(12);
    expect(film.colour(390, side)[0]).toBeGreaterThan(90);
  });

  it('has everybody’s name on their tile', async () => {
    const label = async ({ x, y, height }: Box): Promise<Buffer> =>
      lumas(path, 200, { x: x + 8, y: y + height - 56, width: 160, height: 48 });
    const [ada, bo] = await Promise.all([label(gridOf(2)[0]!), label(gridOf(2)[1]!)]);
    for (const letters of [ada, bo]) {
      expect(letters.filter((luma) => luma > 200).length).toBeGreaterThan(40);
      expect(letters.filter((luma) => luma < 90).length).toBeGreaterThan(400);
    }
    expect(ada.equals(bo)).toBe(false);
  });

  it('lets everybody be heard when they spoke, as loud as the others, and never too loud', () => {
    const beeps = (hertz: number, seconds: readonly number[]): number[] =>
      seconds.map((second) => loudness(samples, hertz, second * 1_000 + 40, 120));
    const ada = beeps(440, [0, 1, 4, 5, 7, 8, 9, 17, 23]);
    const bo = beeps(1_000, [6, 7, 10, 15, 20, 23]);
    // Twenty-five decibels lay between them.
    for (const loud of [...ada, ...bo]) expect(loud).toBeGreaterThan(0.15);
    expect(Math.max(...ada) / Math.max(...bo)).toBeLessThan(2);
    for (const silent of beeps(1_000, [0, 5, 16, 17, 19])) expect(silent).toBeLessThan(0.005);
    for (const pause of [0, 7, 16, 22]) expect(loudness(samples, 440, pause * 1_000 + 400, 500)).toBeLessThan(0.005);
    expect(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThan(0.98);
  });

  it('has sound and picture at the same time', () => {
    for (const second of [1, 2, 3, 4, 5]) {
      const near = Array.from({ length: 30 }, (_, index) => second * 30 - 15 + index);
      const frame = near.find((one) => (film.timeCode(one, gridOf(1)[0]!) ?? 0) >= second * 1_000);
      const onsetMs = Array.from({ length: 400 }, (_, step) => second * 1_000 - 200 + step).find(
        (atMs) => loudness(samples, 440, atMs, 10) > 0.1,
      );
      expect(Math.abs(((frame ?? Infinity) * 1000) / 30 - (onsetMs ?? Infinity))).toBeLessThan(80);
    }
  });

  it('has chapters, a poster, thumbnails, a playlist that plays, and each track by itself', async () => {
    const kinds = composed.outputs.map(({ kind }) => kind);
    expect(kinds).toEqual([
      'MP4',
      'HLS',
      'Poster',
      'Thumbnails',
      'Audio',
      'Track',
      'Track',
      'Track',
      'Track',
      'Track',
      'Timeline',
    ]);
    const moov = (await readFile(path)).indexOf('moov');
    expect(moov).toBeGreaterThan(0);
    expect(moov).toBeLessThan(100);
    const hls = await createFfmpeg().probe(join(folder, 'outputs/hls/index.m3u8'), signal);
    expect(Math.abs(hls.durationMs - 24_000)).toBeLessThan(100);
    const ada = await createFfmpeg().probe(join(folder, 'outputs/tracks/camera-ada-camera.webm'), signal);
    expect(Math.abs(ada.durationMs - 24_000)).toBeLessThan(100);
    const bo = await createFfmpeg().probe(join(folder, 'outputs/tracks/camera-bo-camera.mkv'), signal);
    expect(Math.abs(bo.durationMs - 24_000)).toBeLessThan(100);
    expect((await stat(join(folder, 'outputs/poster.jpg'))).size).toBeGreaterThan(5_000);
    expect(await readFile(join(folder, 'outputs/thumbnails/thumbnails.vtt'), 'utf8')).toContain(
      '00:00:20.000 --> 00:00:24.000',
    );
    const timeline = JSON.parse(await readFile(join(folder, 'outputs/timeline.json'), 'utf8')) as {
      chapters: unknown[];
    };
    expect(timeline.chapters).toHaveLength(2);
  });

  it('has outputs of which size and hash are true, and leaves nothing else behind', async () => {
    for (const { key, sha256 } of composed.outputs) {
      const bytes = await readFile(join(folder, key));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    await expect(stat(join(folder, 'compose'))).rejects.toThrow();
    await expect(stat(join(folder, 'work/compose'))).rejects.toThrow();
  });

  it('says how far it is', () => {
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(new Set(percents).size).toBeGreaterThan(5);
    expect(percents.at(-1)).toBe(99);
  });
});

describe('what goes wrong', { timeout: 180_000 }, () => {
  const simple = { ...everything, outputs: ['MP4'] as const, layout: 'ActiveSpeaker' as const };
  const aStore = async (): Promise<{ root: string; store: RecordingStore }> => {
    const root = await mkdtemp(join(folder, 'other-'));
    await cp(join(folder, 'segments'), join(root, 'segments'), { recursive: true });
    return { root, store: createDirectoryStore({ directory: root, prefix: '' }) };
  };
  it('is begun again where it was ended', async () => {
    const { root, store } = await aStore();
    const stop = new AbortController();
    const put: string[] = [];
    const watched: RecordingStore = {
      ...store,
      putFile: (key, ...rest) => (put.push(key), store.putFile(key, ...rest)),
    };
    const onProgress: ComposeOptions['onProgress'] = ({ percent }) => {
      if (percent >= 30 && put.length > 0) stop.abort(new Error('killed'));
    };
    const work = { manifest: { ...manifest, endMs: 15_000 }, settings: simple, workDir: join(root, 'work') };
    await expect(composeRecording(optionsFor(watched, { ...work, signal: stop.signal, onProgress }))).rejects.toThrow(
      'killed',
    );
    const before = put.splice(0);
    expect(before.length).toBeGreaterThan(0);
    const result = await composeRecording(optionsFor(watched, work));
    expect(put.filter((key) => before.includes(key))).toEqual([]);
    expect(put.filter((key) => key.startsWith('compose/')).length).toBeGreaterThan(0);
    const video = (await createFfmpeg().probe(join(root, 'outputs/recording.mp4'), signal)).streams[0];
    expect(video?.durationMs).toBe(15_000);
    // A third one has nothing left to do.
    put.length = 0;
    expect(await composeRecording(optionsFor(watched, work))).toEqual(result);
    expect(put).toEqual([]);
  });

  it.each([
    ['shorter than its manifest says', false],
    ['damaged', true],
  ])('a segment that is %s is a gap, and the rest is there', async (_, listed) => {
    const { root, store } = await aStore();
    const victim = manifest.segments.find(({ trackId, startMs }) => trackId === 'bo-camera' && startMs === 10_000)!;
    if (listed) await writeFile(segmentPath(root, victim), Buffer.alloc(victim.bytes, 7));
    else await truncate(segmentPath(root, victim), 3_000);
    const { missing } = await composeRecording(optionsFor(store, { settings: simple, workDir: join(root, 'work') }));
    expect(missing).toEqual([
      { trackId: 'ada-camera', startMs: 8_000, durationMs: 4_000, reason: 'NoMedia' },
      { trackId: 'bo-camera', startMs: 10_000, durationMs: 4_000, reason: 'UploadLost' },
    ]);
  });

  it('nothing at all is said to be that', async () => {
    const { root, store } = await aStore();
    const empty = { ...manifest, segments: [] };
    const composing = composeRecording(optionsFor(store, { manifest: empty, workDir: join(root, 'work') }));
    await expect(composing).rejects.toMatchObject({ name: 'ComposeError', reason: 'NothingRecorded' });
  });

  it('a program that stands still is ended', async () => {
    const stuck = createFfmpeg(500);
    const running = stuck.run(['-re', '-f', 'lavfi', '-i', 'nullsrc=d=60,setpts=PTS*1000', '-f', 'null', '-'], {
      cwd: folder,
      signal,
    });
    await expect(running).rejects.toThrow(/did nothing for 500 ms/);
  });

  it('what a program says of its failure is in the error', async () => {
    const failing = createFfmpeg().run(['-i', 'nowhere.mkv', '-f', 'null', '-'], { cwd: folder, signal });
    await expect(failing).rejects.toThrow(/nowhere\.mkv: No such file/);
  });
});

it('a picture whose size changes within a segment is whole', { timeout: 180_000 }, async () => {
  const root = await mkdtemp(join(folder, 'resized-'));
  const camera = { trackId: 'a-camera', codec: 'vp8', colour: blue, framesPerSecond: 30 } as const;
  const [small] = await makePicture(root, { ...camera, width: 160, height: 90, fromMs: 0, untilMs: 2_000 }, 'one');
  const [large] = await makePicture(root, { ...camera, width: 640, height: 480, fromMs: 2_000, untilMs: 4_000 }, 'two');
  await writeFile(join(root, 'list'), [small, large].map((part) => `file '${part!.key}'\n`).join(''));
  const key = 'segments/both/a-camera/0000000000-4000.mkv';
  await ffmpeg(['-f', 'concat', '-i', join(root, 'list'), '-c', 'copy', join(root, 'both.mkv')]);
  const store = createDirectoryStore({ directory: root, prefix: '' });
  await store.putFile(key, join(root, 'both.mkv'));
  const segment = {
    trackId: 'a-camera',
    startMs: 0,
    durationMs: 4_000,
    key,
    bytes: (await stat(join(root, key))).size,
  };
  const events: TimelineEvent[] = [
    { type: 'ParticipantJoined', atMs: 0, participantId: 'a', name: 'A' },
    {
      type: 'TrackStarted',
      atMs: 0,
      trackId: 'a-camera',
      participantId: 'a',
      source: 'camera',
      codec: 'vp8',
      muted: false,
    },
  ];
  const resized = aManifest(4_000, events, [segment]);
  await composeRecording(
    optionsFor(store, {
      manifest: resized,
      workDir: join(root, 'work'),
      settings: { ...everything, outputs: ['MP4'] },
    }),
  );
  const film = await filmOf(join(root, 'outputs/recording.mp4'));
  expect(film.frames).toBe(120);
  const narrow = { x: 240, y: 0, width: 1440, height: 1080 };
  const late = [...latenesses(film, gridOf(1)[0]!, 0, 2_000), ...latenesses(film, narrow, 2_000, 4_000)];
  expect(Math.max(...late)).toBeLessThan(140);
  expect(Math.min(...late)).toBeGreaterThan(-40);
});

it('a voice whose first packets stand at one time is whole', { timeout: 60_000 }, async () => {
  const root = await mkdtemp(join(folder, 'at-one-time-'));
  const voice = { trackId: 'a-voice', hertz: 440, volume: 0.5, fromMs: 0, untilMs: 4_000 };
  const [made] = await makeSound(root, voice);
  const path = segmentPath(root, made!);
  await ffmpeg([
    '-i',
    path,
    '-c',
    'copy',
    '-bsf:a',
    "setts=ts='if(eq(N,0),0,if(lt(N,5),12,TS))'",
    join(root, 'at-one-time.mkv'),
  ]);
  await cp(join(root, 'at-one-time.mkv'), path);
  const segment = { ...made!, bytes: (await stat(path)).size };
  const microphone = { participantId: 'a', source: 'microphone', codec: 'opus', muted: false } as const;
  const events: TimelineEvent[] = [
    { type: 'ParticipantJoined', atMs: 0, participantId: 'a', name: 'A' },
    { type: 'TrackStarted', atMs: 0, trackId: voice.trackId, ...microphone },
  ];
  const { missing } = await composeRecording(
    optionsFor(createDirectoryStore({ directory: root, prefix: '' }), {
      manifest: aManifest(4_000, events, [segment]),
      workDir: join(root, 'work'),
      settings: { ...everything, outputs: ['Audio'] },
    }),
  );
  expect(missing).toEqual([]);
  expect(loudness(await samplesOf(join(root, 'outputs/audio.m4a')), 440, 1_000, 180)).toBeGreaterThan(0.05);
});
