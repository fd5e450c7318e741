/** People for a test file: one Chromium, a page and fake devices for each, all through doors on localhost. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serviceAddresses } from '../cluster/installation.js';
import type { FakeDevices } from '../probe/probe-contract.js';
import { bundlePage } from './bundle-page.js';
import { launchChromium } from './chromium.js';
import { openDoor, type Door } from './door.js';
import { createParticipant, type Participant } from './participant.js';
import { addScript } from './probed-page.js';

export interface People {
  readonly browser: Browser;
  /** To any signaling replica, as the cluster's service decides. */
  readonly door: Door;
  /** A page with the SDK, not in a meeting yet. */
  come(name: string, options?: ComeOptions): Promise<Participant>;
  /** A page of the server's own, with the probe and fake devices in it. */
  openPage(
    path: string,
    devices?: Partial<FakeDevices>,
  ): Promise<{ context: BrowserContext; page: Page; devices: FakeDevices }>;
  close(): Promise<void>;
}

export interface ComeOptions {
  readonly devices?: Partial<FakeDevices>;
  readonly door?: Door;
}

/** Small pictures: every participant of every test shares two cores with the whole cluster. */
const smallDevices = { width: 320, height: 180, framesPerSecond: 15, loudness: 0.4 };
const firstToneHz = 400;
const toneStepHz = 130;

/** @param addresses host:port of signaling; by default of its service on the cluster. */
export async function startPeople(addresses?: readonly string[]): Promise<People> {
  const targets = addresses ?? (await serviceAddresses());
  const [browser, participantScript, probeScript, door] = await Promise.all([
    launchChromium(),
    bundlePage('participant.ts'),
    bundlePage('probe.ts'),
    openDoor(targets),
  ]);
  let count = 0;
  const next = (given: Partial<FakeDevices> = {}): FakeDevices => {
    count += 1;
    return { ...smallDevices, cameraId: count, toneHz: firstToneHz + toneStepHz * ((count - 1) % 12), ...given };
  };
  return {
    browser,
    door,
    come: async (name, options = {}) => {
      const context = await browser.newContext();
      await addScript(context, participantScript);
      const page = await context.newPage();
      // Any document of the server's own origin, where the API is; nothing of it is used.
      await page.goto(`${(options.door ?? door).url}/v1/openapi.json`);
      return createParticipant({ context, page, name, devices: next(options.devices) });
    },
    openPage: async (path, given) => {
      const devices = next(given);
      const context = await browser.newContext();
      await addScript(context, `${probeScript};globalThis.parleyProbe.installDevices(${JSON.stringify(devices)});`);
      const page = await context.newPage();
      await page.goto(`${door.url}${path}`);
      return { context, page, devices };
    },
    close: async () => {
      await browser.close();
      await door.close();
    },
  };
}
