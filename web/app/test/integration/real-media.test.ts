/** People in real browsers, in a meeting over real nodes: what they see of each other. */
import { mkdir, rm } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import type { VideoCodec } from '@parley/sdk/core/encodings/select-encodings.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildPage, buildSdkPage } from '../build-page.js';
import { launchChromium } from '../chromium.js';
import { meetingId, startRealSystem, type RealSystem } from '../real-system.js';
import type { SdkPage } from '../sdk-page/sdk-page.js';

const out = joinPath(import.meta.dirname, '../../../../out');
const screenshots = joinPath(out, 'screenshots');

interface InMeeting {
  readonly meeting: Meeting;
  readonly received: string[];
}

// Machines that build and test at once are slow; what is awaited comes at once on others.
vi.setConfig({ testTimeout: 180_000 });
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

type Size = readonly [widthPx: number, heightPx: number];

let pageDir: string;
let browser: Browser;
let system: RealSystem;

beforeAll(async () => {
  await mkdir(screenshots, { recursive: true });
  pageDir = await buildPage();
  await buildSdkPage(pageDir);
  system = await startRealSystem(pageDir, ['eu', 'us']);
  browser = await launchChromium();
});
afterEach(async () => {
  // A page that goes says nothing: its participant would be in the next test's meeting for a while.
  for (const context of browser.contexts()) {
    for (const page of context.pages()) await page.evaluate(() => (window as Partial<InMeeting>).meeting?.leave());
    await context.close();
  }
});
afterAll(async () => {
  await browser.close();
  await system.close();
  await rm(pageDir, { recursive: true });
});

async function openLobby(name: string, region: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    permissions: ['camera', 'microphone'],
    baseURL: system.url,
  });
  const page = await context.newPage();
  await page.goto(`/m/${meetingId}?region=${region}`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Preview of your camera').waitFor();
  return page;
}

async function enter(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
}

/** Frames that the page has decoded of someone. */
function framesOf(page: Page, name: string): Promise<number> {
  return page
    .getByLabel(`Video of ${name}`, { exact: true })
    .evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames)
    .catch(() => 0);
}

async function seesMotion(page: Page, name: string): Promise<void> {
  const before = await framesOf(page, name);
  await eventually(() => framesOf(page, name)).toBeGreaterThan(before + 5);
}

async function twoPeople(): Promise<[Page, Page]> {
  const ann = await openLobby('Ann', 'eu');
  await enter(ann);
  const ben = await openLobby('Ben', 'us');
  await enter(ben);
  return [ann, ben];
}

test('two people on two nodes see each other, hear of mutes, and part', async () => {
  const [ann, ben] = await twoPeople();
  await seesMotion(ben, 'Ann');
  await seesMotion(ann, 'Ben');
  await eventually(() => ann.getByRole('img', { name: /^Connection: / }).count()).toBe(2);
  await ann.screenshot({ path: joinPath(screenshots, 'real-two.png') });

  await ben.getByRole('button', { name: 'Mute' }).click();
  await ann.getByRole('listitem', { name: /^Ben, muted/ }).waitFor();
  await ben.getByRole('button', { name: 'Unmute' }).click();
  await ann.getByRole('listitem', { name: /^Ben(, speaking)?$/ }).waitFor();

  await ben.getByRole('button', { name: 'Camera off' }).click();
  await ann.getByLabel('Video of Ben').waitFor({ state: 'detached' });
  await ben.getByRole('button', { name: 'Camera on' }).click();
  await seesMotion(ann, 'Ben');

  await ben.getByRole('button', { name: 'Leave' }).click();
  await eventually(() => ann.getByRole('listitem').count()).toBe(1);
});

test('while signaling is away pictures go on, and afterwards so does everything else', async () => {
  const [ann, ben] = await twoPeople();
  await seesMotion(ann, 'Ben');
  await system.restartSignaling(async () => {
    await ann.getByText('You can still see and hear each other').waitFor();
    await ben.getByText('You can still see and hear each other').waitFor();
    await ben.getByRole('button', { name: 'Mute' }).click();
    await seesMotion(ann, 'Ben');
    await seesMotion(ben, 'Ann');
  });
  await ann.getByText('Reconnecting').waitFor({ state: 'detached' });
  await ann.getByRole('listitem', { name: /^Ben, muted/ }).waitFor();
  await ben.getByRole('button', { name: 'Leave' }).click();
  await eventually(() => ann.getByRole('listitem').count()).toBe(1);
});

/** On a page that is nothing but the SDK. */
async function attend(name: string, region: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL: system.url })).newPage();
  await page.goto('/sdk/index.html');
  await page.evaluate(
    async ([id, displayName, where]) => {
      const { joinMeeting } = window as unknown as SdkPage;
      const meeting = await joinMeeting({ meetingId: id, name: displayName, region: where });
      const received: string[] = [];
      meeting.on('data', ({ participantId, label, payload }) => {
        const from = meeting.participants.find((participant) => participant.id === participantId)?.name ?? '';
        received.push(`${from} ${label}: ${typeof payload === 'string' ? payload : 'bytes'}`);
      });
      Object.assign(window, { meeting, received });
    },
    [meetingId, name, region] as const,
  );
  return page;
}

test('data from one node reaches the other, and a new name reaches everybody', async () => {
  const ann = await attend('Ann', 'eu');
  const ben = await attend('Ben', 'us');
  // What is said before the other listens is not heard: say it until it is.
  const say = () => ann.evaluate(() => (window as unknown as InMeeting).meeting.sendData('chat', 'hello'));
  await eventually(async () => {
    await say();
    return ben.evaluate(() => (window as unknown as InMeeting).received);
  }).toContain('Ann chat: hello');
  await ben.evaluate(() => (window as unknown as InMeeting).meeting.rename('Benjamin'));
  const names = () =>
    ann.evaluate(() => (window as unknown as InMeeting).meeting.participants.map(({ name }) => name).sort());
  await eventually(names).toEqual(['Ann', 'Benjamin']);
});

test('data that is sent while its sender and its hearer move to other nodes comes once and in order', async () => {
  const [ann, ben] = await Promise.all([attend('Ann', 'eu'), attend('Ben', 'us')]);
  const messages = 200;
  const everyMs = 50;
  const talk = (page: Page) =>
    page.evaluate(
      async ([count, spacingMs]) => {
        const { meeting } = window as unknown as InMeeting;
        for (let number = 0; number < count; number += 1) {
          await meeting.sendData('count', String(number));
          await new Promise((resolve) => setTimeout(resolve, spacingMs));
        }
      },
      [messages, everyMs] as const,
    );
  const heard = async (page: Page, from: string): Promise<number[]> => {
    const received = await page.evaluate(() => (window as unknown as InMeeting).received);
    return received.flatMap((line) => (line.startsWith(`${from} count: `) ? [Number(line.split(': ')[1])] : []));
  };
  const nodeOf = (page: Page) =>
    page.evaluate(async () => (await (window as unknown as InMeeting).meeting.getStats())?.node);
  const talking = Promise.all([talk(ann), talk(ben)]);
  await eventually(() => heard(ben, 'Ann').then(({ length }) => length)).toBeGreaterThan(5);
  await eventually(() => heard(ann, 'Ben').then(({ length }) => length)).toBeGreaterThan(5);
  await system.drain('eu');
  await talking;
  expect(await nodeOf(ann)).toBe('node-us');
  for (const [page, from] of [
    [ben, 'Ann'],
    [ann, 'Ben'],
  ] as const) {
    await eventually(async () => (await heard(page, from)).at(-1)).toBe(messages - 1);
    const numbers = await heard(page, from);
    const first = numbers[0] ?? 0;
    expect(numbers).toEqual(Array.from({ length: messages - first }, (_, index) => first + index));
  }
  await system.drain(undefined);
});

/** Publishes a picture of one colour, in which something moves. */
async function showColour(page: Page, codec: VideoCodec, [widthPx, heightPx]: Size, colour: string): Promise<void> {
  await page.evaluate(
    async ([name, width, height, fill]) => {
      const { meeting } = window as unknown as InMeeting;
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d')!;
      let x = 0;
      setInterval(() => {
        context.fillStyle = fill;
        context.fillRect(0, 0, width, height);
        context.fillStyle = 'black';
        context.fillRect((x += 4) % width, 0, 16, 16);
      }, 66);
      const [track] = canvas.captureStream(15).getVideoTracks();
      await meeting.publish(track!, { source: 'camera', codec: name });
    },
    [codec, widthPx, heightPx, colour] as const,
  );
}

interface Seen {
  readonly codec: string;
  readonly frames: number;
  readonly widthPx: number;
  /** Red, green and blue in the middle of the decoded picture. */
  readonly middle: readonly number[];
}

/** What is decoded of the only other participant. */
function seen(page: Page): Promise<Seen | undefined> {
  return page.evaluate(async () => {
    const { meeting } = window as unknown as InMeeting;
    const track = meeting.participants.find(({ isLocal }) => !isLocal)?.media[0]?.track;
    const stats = (await meeting.getStats())?.received[0];
    if (track === undefined || stats === undefined) return undefined;
    const video = document.querySelector('video') ?? document.body.appendChild(document.createElement('video'));
    if (!(video.srcObject instanceof MediaStream)) {
      Object.assign(video, { srcObject: new MediaStream([track]), muted: true });
      await video.play();
    }
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext('2d')!;
    context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return { codec: stats.mimeType, frames: stats.framesDecoded, widthPx: stats.widthPx, middle: [red, green, blue] };
  });
}

const camera: Size = [640, 360];
const smallCamera: Size = [320, 180];
const codecs: readonly (readonly [VideoCodec, Size])[] = [
  ['vp8', camera],
  ['h264', camera],
  ['vp9', camera],
  ['vp9', smallCamera],
  ['av1', camera],
];

test.each(codecs)('%s of %j crosses a relay and is decoded', async (codec, size) => {
  const [ann, ben] = await Promise.all([attend('Ann', 'eu'), attend('Ben', 'us')]);
  await showColour(ann, codec, size, 'rgb(200, 60, 30)');
  // Its largest layer, too.
  await eventually(async () => (await seen(ben))?.widthPx).toBe(size[0]);
  const before = (await seen(ben))?.frames ?? 0;
  await eventually(async () => (await seen(ben))?.frames).toBeGreaterThan(before + 10);
  const { codec: decoded, middle } = (await seen(ben))!;
  expect(decoded.toLowerCase()).toBe(`video/${codec}`);
  const [red = 0, green = 0, blue = 0] = middle;
  expect(red).toBeGreaterThan(150);
  expect(Math.max(green, blue)).toBeLessThan(110);
});
