/** People in real browsers, on two nodes, and a recorder's tap: it gets what browsers send, and they are told. */
import { rm } from 'node:fs/promises';
import { createLogger } from '@parley/process/log.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { startTap, type Tap } from '@parley/recorder/tap/tap.js';
import type { Browser, Page } from 'playwright-core';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listen, type Heard, type HeardTrack } from '../../../../recorder/test/support/heard.js';
import { buildPage } from '../build-page.js';
import { launchChromium } from '../chromium.js';
import { meetingId, startRealSystem, type RealSystem } from '../real-system.js';

// Machines that build and test at once are slow; what is awaited comes at once on others.
vi.setConfig({ testTimeout: 180_000 });
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

const recorder = 'recorder-1';
let pageDir: string;
let browser: Browser;
let system: RealSystem;
let tap: Tap;
const heard: Heard = listen();

beforeAll(async () => {
  pageDir = await buildPage();
  system = await startRealSystem(pageDir, ['eu', 'us']);
  browser = await launchChromium();
  tap = await startTap({
    meetingId,
    recorder,
    podIp: '127.0.0.1',
    relayPorts: { first: 43_800, last: 43_899 },
    credentials: insecureCredentials(),
    listener: heard,
    layers: 'Best',
    registry: new Registry(),
    log: createLogger({ process: 'recorder', level: 'silent' }),
  });
});
afterAll(async () => {
  await tap.close();
  await browser.close();
  await system.close();
  await rm(pageDir, { recursive: true });
});

async function join(name: string, region: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    permissions: ['camera', 'microphone'],
    baseURL: system.url,
  });
  const page = await context.newPage();
  await page.goto(`/m/${meetingId}?region=${region}`);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  return page;
}

const badge = (page: Page) => page.getByRole('banner').getByText('Recording', { exact: true });
const open = (source: string): HeardTrack[] =>
  [...heard.tracks.values()].filter(({ track, ended }) => track.source === source && !ended);
const all = (): HeardTrack[] => [...open('microphone'), ...open('camera')];
async function allFlow(): Promise<void> {
  const before = all().map(({ timestamps }) => timestamps.length);
  expect(before).toHaveLength(4);
  await eventually(() => all().every(({ timestamps }, at) => timestamps.length > (before[at] ?? 0) + 50)).toBe(true);
}
/** Packets that are missing within its streams, and how many milliseconds of sound from the last of one to the first of the next. */
function seamsOf({ timestamps, sequence, begins }: HeardTrack): {
  readonly missing: number;
  readonly seamsMs: number[];
} {
  const missing = sequence.filter((number, at) => {
    const before = sequence[at - 1];
    return before !== undefined && !begins.includes(at) && ((number - before) & 0xffff) !== 1;
  });
  const seams = begins.slice(1).map((at) => (((timestamps[at] ?? 0) - (timestamps[at - 1] ?? 0)) | 0) / 48);
  return { missing: missing.length, seamsMs: seams };
}

test('a recorder gets what browsers on two nodes send, moves to the other node unheard, and everybody is told', async () => {
  const pages = [await join('Ada', 'eu'), await join('Bo', 'us')];
  for (const page of pages) await page.getByText('2 people').waitFor();
  expect(await Promise.all(pages.map((page) => badge(page).isVisible()))).toEqual([false, false]);

  tap.applyTopology(await system.record(recorder, 'eu'));
  for (const page of pages) await badge(page).waitFor();
  await eventually(() => [...heard.people.values()].map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bo']);
  await eventually(() => all().length).toBe(4);
  await allFlow();
  // How large depends on what the machine can encode.
  await eventually(() => open('camera').every(({ track, width = 0 }) => track.codec === 'vp8' && width >= 640)).toBe(
    true,
  );

  tap.applyTopology(await system.record(recorder, 'us'));
  await eventually(() => all().map(({ streams }) => streams.length)).toEqual([2, 2, 2, 2]);
  await allFlow();
  for (const microphone of open('microphone')) {
    const { missing, seamsMs } = seamsOf(microphone);
    console.log(
      `of a microphone ${String(missing)} packets are missing; from one node to the other ${seamsMs.join()} ms`,
    );
    expect(missing).toBe(0);
    // A browser that gets no time to run leaves out some sound of its own.
    for (const seam of seamsMs) expect([20, 40, 60]).toContain(seam);
  }
  for (const page of pages) await page.getByText('2 people').waitFor();

  // Make before break: whoever is moved comes with new tracks.
  await system.drain('us');
  await eventually(() => [...heard.tracks.values()].filter(({ ended }) => ended).length).toBe(2);
  await eventually(() => all().length).toBe(4);
  await allFlow();
  expect([...heard.people.values()].map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bo']);

  tap.applyTopology(await system.record(recorder, undefined));
  for (const page of pages) await badge(page).waitFor({ state: 'detached' });
  expect([heard.people.size, heard.faults]).toEqual([0, []]);
});
