/** A browser that reaches nothing but TURN servers, over TCP, in a meeting over a real node: it joins, and stays when its server goes. */
import { rm } from 'node:fs/promises';
import type { ConnectionPath } from '@parley/sdk/media/read-stats.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { longestGapMs } from '../../../../test/src/probe/gaps.js';
import type { Stall } from '../../../../test/src/probe/probe-contract.js';
import { ownAddress, startCoturn, type Coturn } from '../../../../turn/test/support/coturn.js';
import { buildPage, buildSdkPage } from '../build-page.js';
import { launchChromium } from '../chromium.js';
import { meetingId, startRealSystem, type RealSystem, type TurnServerInit } from '../real-system.js';
import type { SdkPage } from '../sdk-page/sdk-page.js';

interface InMeeting {
  readonly meeting: Meeting;
  readonly states: string[];
  /** When pictures of another came, by Date.now(). */
  readonly pictures: number[];
  /** When the page itself ran, every 20 ms where nothing holds it up. */
  readonly ticks: number[];
}

vi.setConfig({ testTimeout: 180_000 });
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

let pageDir: string;
let browser: Browser;
let system: RealSystem;
let first: Coturn;
let second: Coturn;
let third: Coturn;
/** The one that a browser went over from. */
let left: Coturn | undefined;

beforeAll(async () => {
  pageDir = await buildPage();
  await buildSdkPage(pageDir);
  [first, second, third] = await Promise.all([startCoturn(), startCoturn(), startCoturn()]);
  await Promise.all([first, second, third].map((coturn) => coturn.allow([ownAddress()])));
  system = await startRealSystem(pageDir, ['eu'], ownAddress());
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await system.close();
  await Promise.all([first.close(), second.close(), third.close()]);
  await rm(pageDir, { recursive: true });
});

function overTcp(name: string, coturn: Coturn, credentialSeconds = 600): TurnServerInit {
  const urls = [`turn:${coturn.address}:${String(coturn.port)}?transport=tcp`];
  return { name, urls, secret: coturn.secret, namespace: 'default', region: 'eu', credentialSeconds };
}

async function attend(name: string, iceTransportPolicy: RTCIceTransportPolicy, camera: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL: system.url.replace('127.0.0.1', 'localhost') });
  await context.grantPermissions(['camera']);
  const page = await context.newPage();
  await page.goto('/sdk/index.html');
  await page.evaluate(
    async ([id, displayName, policy, sends]) => {
      const { joinMeeting } = window as unknown as SdkPage;
      const meeting = await joinMeeting({ meetingId: id, name: displayName, iceTransportPolicy: policy });
      const states: string[] = [];
      const pictures: number[] = [];
      const ticks: number[] = [];
      setInterval(() => ticks.push(Date.now()), 20);
      const watched = new Set<MediaStreamTrack>();
      const watch = (): void => {
        for (const { isLocal, media } of meeting.participants)
          for (const { track } of isLocal ? [] : media) {
            if (track === undefined || watched.has(track)) continue;
            watched.add(track);
            const video = document.createElement('video');
            const next = (): void => {
              pictures.push(Date.now());
              video.requestVideoFrameCallback(next);
            };
            Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
            document.body.append(video);
            video.requestVideoFrameCallback(next);
          }
      };
      meeting.on('stateChanged', ({ kind }) => states.push(kind));
      meeting.on('participantsChanged', watch);
      watch();
      Object.assign(window, { meeting, states, pictures, ticks });
      if (!sends) return;
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 } });
      const [track] = stream.getVideoTracks();
      if (track !== undefined) await meeting.publish(track, { source: 'camera' });
    },
    [meetingId, name, iceTransportPolicy, camera] as const,
  );
  return page;
}

const pathsOf = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const stats = await (window as unknown as InMeeting).meeting.getStats();
    return [stats?.receivePath, stats?.sendPath];
  });
const picturesOf = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as InMeeting).pictures.length);
async function pausesOf(page: Page, what: 'pictures' | 'ticks', sinceMs: number): Promise<Stall[]> {
  const times = await page.evaluate((key) => (window as unknown as InMeeting)[key], what);
  const since = times.filter((time) => time >= sinceMs);
  return since
    .slice(1)
    .map((toMs, index) => ({ fromMs: since[index] ?? 0, toMs }))
    .filter(({ fromMs, toMs }) => toMs - fromMs > 60);
}
const relayed = (coturn: Coturn): object => ({
  kind: 'relayed',
  protocol: 'tcp',
  turnUrl: expect.stringContaining(`${coturn.address}:${String(coturn.port)}`) as string,
});

async function seesMotion(page: Page): Promise<void> {
  const before = await picturesOf(page);
  await eventually(() => picturesOf(page)).toBeGreaterThan(before + 10);
}

test('without TURN servers it gets no pictures', async () => {
  const ann = await attend('Ann', 'all', true);
  const ben = await attend('Ben', 'relay', false);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await picturesOf(ben)).toBe(0);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('over TCP to a TURN server it sends and receives, and goes over to the other before its own goes', async () => {
  system.setTurnServers([overTcp('eu-0-turn', first), overTcp('eu-1-turn', second)]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const ann = await attend('Ann', 'all', true);
  const ben = await attend('Ben', 'relay', true);
  await Promise.all([seesMotion(ann), seesMotion(ben)]);
  const [path] = (await pathsOf(ben)) as [ConnectionPath];
  const [own, other] = path.turnUrl?.includes(`:${String(first.port)}?`) === true ? [first, second] : [second, first];
  // Chromium chooses for each direction by itself.
  const overEither = expect.objectContaining({ kind: 'relayed', protocol: 'tcp' }) as object;
  expect(await pathsOf(ben)).toEqual([relayed(own), overEither]);
  const [direct] = (await pathsOf(ann)) as [object];
  expect(direct).toMatchObject({ kind: 'direct', protocol: 'udp' });
  expect(own.agent.load().allocations).toBeGreaterThan(0);

  // It is to go, and so is not given to anybody any more. Chromium ranks the other one lower, as it stood behind it in the list.
  const sinceMs = Date.now();
  system.setTurnServers([overTcp('the other', other)]);
  await expect.poll(() => pathsOf(ben), { timeout: 90_000 }).toEqual([relayed(other), relayed(other)]);
  await Promise.all([seesMotion(ann), seesMotion(ben)]);
  left = own;
  const stalls = [...(await pausesOf(ann, 'ticks', sinceMs)), ...(await pausesOf(ben, 'ticks', sinceMs))];
  const gaps = await pausesOf(ben, 'pictures', sinceMs);
  // Law 3: make before break.
  expect(await ben.evaluate(() => (window as unknown as InMeeting).states)).toEqual([]);
  expect(longestGapMs(gaps, stalls)).toBeLessThan(500);
});

test('credentials are renewed before they expire, and a path that broke is built anew with them', async () => {
  system.setTurnServers([overTcp('eu-1-turn', second, 4)]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const ann = await attend('Ann', 'all', true);
  const ben = await attend('Ben', 'relay', false);
  await seesMotion(ben);
  // Those that it joined with are of no use any more.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  system.setTurnServers([overTcp('eu-2-turn', third, 4)]);
  await eventually(() => pathsOf(ben)).toEqual([relayed(third), undefined]);
  await seesMotion(ben);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('what whoever went over had on the server that went is let go of, while they are still in the meeting', async () => {
  // Chromium does so when the ICE restart is a minute old.
  await expect.poll(() => left?.agent.load().allocations, { timeout: 120_000 }).toBe(0);
});
