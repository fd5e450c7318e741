/** A browser that reaches nothing but TURN servers, over TCP, in a meeting over a real node: it joins, and stays when its server goes. */
import { rm } from 'node:fs/promises';
import type { ConnectionPath } from '@parley/sdk/media/read-stats.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ownAddress, startCoturn, type Coturn } from '../../../../turn/test/support/coturn.js';
import { buildPage, buildSdkPage } from '../build-page.js';
import { launchChromium } from '../chromium.js';
import { meetingId, startRealSystem, type RealSystem, type TurnServerInit } from '../real-system.js';
import type { SdkPage } from '../sdk-page/sdk-page.js';

interface InMeeting {
  readonly meeting: Meeting;
  readonly states: string[];
  /** When pictures of another came, by performance.now(). */
  readonly pictures: number[];
}

vi.setConfig({ testTimeout: 180_000 });
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

let pageDir: string;
let browser: Browser;
let system: RealSystem;
let first: Coturn;
let second: Coturn;

beforeAll(async () => {
  pageDir = await buildPage();
  await buildSdkPage(pageDir);
  [first, second] = await Promise.all([startCoturn(), startCoturn()]);
  await Promise.all([first, second].map((coturn) => coturn.allow([ownAddress()])));
  system = await startRealSystem(pageDir, ['eu'], ownAddress());
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await system.close();
  await Promise.all([first.close(), second.close()]);
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
      const watched = new Set<MediaStreamTrack>();
      const watch = (): void => {
        for (const { isLocal, media } of meeting.participants)
          for (const { track } of isLocal ? [] : media) {
            if (track === undefined || watched.has(track)) continue;
            watched.add(track);
            const video = document.createElement('video');
            const next = (): void => {
              pictures.push(performance.now());
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
      Object.assign(window, { meeting, states, pictures });
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
  expect(await pathsOf(ben)).toEqual([relayed(own), relayed(own)]);
  const [direct] = (await pathsOf(ann)) as [object];
  expect(direct).toMatchObject({ kind: 'direct', protocol: 'udp' });
  expect(own.agent.load().allocations).toBeGreaterThan(0);

  // It is to go, and so is not given to anybody any more. Chromium ranks the other one lower, as it stood behind it in the list.
  const sinceMs = await ben.evaluate(() => performance.now());
  system.setTurnServers([overTcp('the other', other)]);
  await eventually(() => pathsOf(ben)).toEqual([relayed(other), relayed(other)]);
  await Promise.all([seesMotion(ann), seesMotion(ben)]);
  // Chromium lets go of what it had allocated when the ICE restart is a minute old.
  await expect.poll(() => own.agent.load().allocations, { timeout: 120_000 }).toBe(0);
  const { states, gapMs } = await ben.evaluate((since) => {
    const { states: seen, pictures } = window as unknown as InMeeting;
    const times = pictures.filter((time) => time >= since);
    return { states: seen, gapMs: Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0))) };
  }, sinceMs);
  // Law 3: make before break.
  expect(states).toEqual([]);
  expect(gapMs).toBeLessThan(500);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('credentials are renewed before they expire, and a path that broke is built anew with them', async () => {
  system.setTurnServers([overTcp('eu-1-turn', second, 4)]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const ann = await attend('Ann', 'all', true);
  const ben = await attend('Ben', 'relay', false);
  await seesMotion(ben);
  // Those that it joined with are of no use any more.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  system.setTurnServers([overTcp('eu-0-turn', first, 4)]);
  await eventually(() => pathsOf(ben)).toEqual([relayed(first), undefined]);
  await seesMotion(ben);
  await Promise.all([ann.context().close(), ben.context().close()]);
});
