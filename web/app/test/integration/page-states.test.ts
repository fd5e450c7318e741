/** Every state of the page, in a real browser against a server without media; a screenshot of each is left in out/screenshots. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { buildPage } from '../build-page.js';
import { launchChromium } from '../chromium.js';
import {
  aRecording,
  hostPasscode,
  speakerPasscode,
  startFakeSignaling,
  type FakeSignaling,
} from '../fake-signaling.js';

const out = joinPath(import.meta.dirname, '../../../../out');
const screenshots = joinPath(out, 'screenshots');
const laptop = { width: 1280, height: 720 };
const phone = { width: 360, height: 740 };

// Machines that build and test at once are slow; what is awaited comes at once on others.
vi.setConfig({ testTimeout: 180_000 });
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

let pageDir: string;
let browser: Browser;
let server: FakeSignaling;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await mkdir(screenshots, { recursive: true });
  pageDir = await buildPage();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(pageDir, { recursive: true });
});
beforeEach(async () => {
  server = await startFakeSignaling(pageDir);
  complaints.length = 0;
});
afterEach(async () => {
  await page.context().close();
  await server.close();
  // Such as a violation of the content security policy, or a render that React finds wrong.
  expect(complaints).toEqual([]);
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({
    viewport: laptop,
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
    baseURL: server.url,
    ...options,
  });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the test makes fail on purpose is no complaint.
    const expected = /Failed to load resource|WebSocket connection/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  await page.goto(path);
}

async function openLobby(options: BrowserContextOptions = {}): Promise<void> {
  await open('/m/abc-defg-hij', options);
  await page.getByRole('heading', { name: 'Weekly planning' }).waitFor();
}

async function join(options: BrowserContextOptions = {}): Promise<void> {
  await openLobby(options);
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
}

const shot = (name: string) => page.screenshot({ path: joinPath(screenshots, `${name}.png`) });
const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
const tiles = () => page.getByRole('list', { name: 'People in this meeting' }).getByRole('listitem');

const names = ['Ada King', 'Bo', 'Chandra Rao', 'Dieter Emmerich-Hohenstaufen', 'Émilie', 'Fatou N.', 'Goro', 'Hana'];

function addOthers(count: number): void {
  names.slice(0, count).forEach((name, i) => {
    server.others.participants.push({ id: `p${i}`, name, region: 'eu', joinedAtMs: 2 + i });
    server.others.producers.push({
      id: `m${i}`,
      participantId: `p${i}`,
      kind: 'audio',
      source: 'microphone',
      paused: i % 3 === 1,
      layered: false,
      mimeType: 'audio/opus',
    });
  });
}

test('the start page takes a meeting id, and says what one looks like', async () => {
  await open('/');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('A meeting id has ten letters').waitFor();
  await shot('home-refused');
  await page.getByLabel('Meeting id or link').fill('https://elsewhere.example/m/ABC-defg-hij');
  await page.keyboard.press('Enter');
  await heading('Weekly planning');
  expect(new URL(page.url()).pathname).toBe('/m/abc-defg-hij');
});

test('the lobby shows what others will see and hear, and lets devices be chosen', async () => {
  await openLobby();
  await page.getByLabel('Preview of your camera').waitFor();
  await eventually(() => page.getByRole('meter').getAttribute('aria-valuenow')).not.toBe('0');
  expect(await page.getByLabel('Microphone', { exact: true }).locator('option').count()).toBeGreaterThan(1);
  await shot('lobby');
  await page.getByRole('button', { name: 'Camera off' }).click();
  await page.getByText('Your camera is off').waitFor();
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Unmute' }).waitFor();
  await shot('lobby-off');
});

test('in a webinar one watches and listens, and is asked for neither name nor camera', async () => {
  Object.assign(server.meeting, { mode: 'Webinar' });
  addOthers(2);
  await openLobby();
  await page.getByText('you see and hear the speakers').waitFor();
  expect(await page.getByLabel('Your name').count()).toBe(0);
  expect(await page.getByLabel('Preview').count()).toBe(0);
  await shot('webinar-lobby');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  await page.getByText('2 speakers').waitFor();
  expect(await tiles().count()).toBe(2);
  for (const name of [/mute/i, /camera/i]) expect(await page.getByRole('button', { name }).count()).toBe(0);
  await page.keyboard.press('m');
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  expect(await page.getByText('Mute or unmute').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Devices' }).click();
  await page.getByLabel('Speaker').waitFor();
  expect(await page.getByLabel('Microphone', { exact: true }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await shot('webinar-viewer');
  expect(server.requests).not.toContain('produce');
});

test('a speaker of a webinar gives the speakers’ passcode, and is seen', async () => {
  Object.assign(server.meeting, { mode: 'Webinar' });
  await openLobby();
  await page.getByLabel('I am a speaker').check();
  await page.getByLabel('Preview of your camera').waitFor();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByLabel('Speakers’ passcode').fill('off air');
  await shot('webinar-speaker-lobby');
  await page.keyboard.press('Enter');
  await page.getByText('This passcode is wrong').waitFor();
  await page.getByLabel('Speakers’ passcode').fill(speakerPasscode);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  await page.getByRole('button', { name: 'Mute' }).waitFor();
  expect(await tiles().count()).toBe(1);
  await eventually(() => server.requests.filter((type) => type === 'produce').length).toBe(2);
});

test('who does not want to speak after all gives camera and microphone back', async () => {
  Object.assign(server.meeting, { mode: 'Webinar' });
  await openLobby();
  const choice = page.getByLabel('I am a speaker');
  await choice.check();
  await page.getByLabel('Preview of your camera').waitFor();
  await choice.uncheck();
  await page.getByLabel('Preview of your camera').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('No speaker is here yet').waitFor();
  expect(server.requests).not.toContain('produce');
});

test('a name is asked for, and remembered', async () => {
  await openLobby();
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Enter the name that others will see').waitFor();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('button', { name: 'Join again' }).click();
  await eventually(() => page.getByLabel('Your name').inputValue()).toBe('Robin');
});

test('a passcode is asked for, and a wrong one is said to be wrong', async () => {
  server.passcode = '4711';
  await openLobby();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByLabel('Passcode').fill('1');
  await page.keyboard.press('Enter');
  await page.getByText('This passcode is wrong').waitFor();
  await shot('passcode-wrong');
  await page.getByLabel('Passcode').fill('4711');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Leave' }).waitFor();
});

test.each([
  ['MeetingNotFound', 'There is no such meeting'],
  ['MeetingEnded', 'This meeting has ended'],
  ['Unavailable', 'The meeting cannot be joined right now'],
] as const)('a link to a meeting that answers %s', async (code, title) => {
  server.fail.describe = code;
  await open('/m/abc-defg-hij');
  await heading(title);
  await shot(`error-${code}`);
});

test('a join that answers MeetingFull can be tried again', async () => {
  server.fail.join = 'MeetingFull';
  await openLobby();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByRole('button', { name: 'Join' }).click();
  await heading('This meeting is full');
  await shot('error-MeetingFull');
  server.fail = {};
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading('Weekly planning');
});

test('a join that answers NoCapacity waits, and is tried again by itself', async () => {
  server.fail.join = 'NoCapacity';
  await openLobby();
  await page.getByLabel('Your name').fill('Robin');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Waiting for room in the meeting').waitFor();
  server.fail = {};
  await heading('Weekly planning');
});

test('a page that does not exist says so', async () => {
  await open('/m/nonsense');
  await heading('There is no such page');
});

test('refused devices are explained, and one can join without them', async () => {
  await openLobby({ permissions: [] });
  await page.getByText('This page may not use your camera').waitFor();
  await page.getByText('This page may not use your microphone').waitFor();
  await shot('lobby-denied');
  await page.getByLabel('Your name').fill('Robin');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'No microphone' }).waitFor();
  await shot('call-without-devices');
});

test.each([0, 1, 4, 8])('a meeting with %i others', async (count) => {
  addOthers(count);
  await join();
  await eventually(() => tiles().count()).toBe(count + 1);
  if (count > 0) {
    server.send({ type: 'activeSpeaker', participantId: 'p0', levels: [{ participantId: 'p0', dbov: -20 }] });
    await page.getByRole('listitem', { name: 'Ada King, speaking' }).waitFor();
  } else await page.getByText('Nobody else is here yet').waitFor();
  await shot(`call-${count + 1}`);
});

test('who joins, is muted and leaves is said aloud', async () => {
  await join();
  const log = page.getByRole('log');
  addOthers(1);
  const participant = server.others.participants[0]!;
  const producer = server.others.producers[0]!;
  server.send({ type: 'participantJoined', participant });
  server.send({ type: 'producerAdded', producer });
  await log.getByText('Ada King joined').waitFor();
  server.send({ type: 'producerUpdated', producer: { ...producer, paused: true } });
  await log.getByText('Ada King is muted').waitFor();
  server.send({ type: 'participantLeft', participantId: 'p0', reason: 'Lost' });
  await log.getByText('Ada King lost the connection').waitFor();
  expect(await tiles().count()).toBe(1);
});

test('whoever comes to a meeting that is recorded is told before and as they come, and when it ends', async () => {
  server.meeting.recording = true;
  await openLobby();
  await page.getByText('This meeting is being recorded.').waitFor();
  await shot('lobby-recording');
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  const log = page.getByRole('log');
  await log.getByText('This meeting is being recorded').waitFor();
  const badge = page.getByRole('banner').getByText('Recording', { exact: true });
  await badge.waitFor();
  await shot('call-recording');
  server.send({ type: 'recording', recording: false, aloud: false });
  await log.getByText('The recording has ended').waitFor();
  await badge.waitFor({ state: 'detached' });
});

test('that a recording begins is shown and said aloud, on a small screen too', async () => {
  await join({ viewport: phone });
  server.send({ type: 'recording', recording: true, aloud: false });
  await page.getByRole('log').getByText('This meeting is being recorded').waitFor();
  await page.getByRole('banner').getByText('Recording', { exact: true }).waitFor();
  await shot('call-recording-phone');
});

test('where it is asked for, that the meeting is recorded is also heard: as one comes, and as it begins', async () => {
  server.meeting.recording = true;
  server.recordingAloud = true;
  await openLobby();
  // No machine that builds has a voice.
  await page.evaluate(() => {
    const spoken = ((window as Window & { spoken?: string[] }).spoken = [] as string[]);
    SpeechSynthesis.prototype.speak = ({ text }) => void spoken.push(text);
  });
  const spoken = () => page.evaluate(() => (window as Window & { spoken?: string[] }).spoken);
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  await eventually(spoken).toEqual(['This meeting is being recorded']);
  server.send({ type: 'recording', recording: false, aloud: true });
  await page.getByRole('log').getByText('The recording has ended').waitFor();
  server.send({ type: 'recording', recording: true, aloud: true });
  await eventually(spoken).toHaveLength(2);
});

test('keys mute and switch the camera, but not while typing', async () => {
  await join();
  await page.getByRole('button', { name: 'Mute' }).waitFor();
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'Unmute' }).waitFor();
  await page.getByRole('log').getByText('You are muted').waitFor();
  await page.keyboard.press('v');
  await page.getByRole('button', { name: 'Camera on' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await shot('help');
  await page.keyboard.press('m');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Unmute' }).waitFor();
});

test('every control is reached with the keyboard alone', async () => {
  await join();
  const reached: string[] = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement?.textContent.trim() ?? ''));
  }
  expect(reached.join(' ')).toMatch(/Copy the link.*Mute.*Camera off.*Devices.*Help.*Leave/);
});

test('devices can be changed during the call', async () => {
  await join();
  await page.getByRole('button', { name: 'Devices' }).click();
  const dialog = page.getByRole('dialog', { name: 'Devices' });
  const cameras = dialog.getByLabel('Camera');
  const last = await cameras.locator('option').last().getAttribute('value');
  await cameras.selectOption(last);
  await eventually(() => cameras.inputValue()).toBe(last);
  await shot('devices');
});

test('a lost socket is said, and its return', async () => {
  addOthers(2);
  await join();
  server.refuseSockets = true;
  server.dropSockets();
  await page.getByText('You can still see and hear each other').waitFor();
  await shot('reconnecting');
  server.refuseSockets = false;
  await page.getByText('Reconnecting').waitFor({ state: 'detached' });
  expect(server.requests.filter((type) => type === 'hello')).toHaveLength(2);
});

test('lost media is said to be so, and is built anew', async () => {
  addOthers(1);
  await join();
  const produced = () => server.requests.filter((type) => type === 'produce').length;
  await eventually(produced).toBe(2);
  server.rejoins = false;
  server.send({ type: 'mediaReset', reason: 'NodeLost' });
  await page.getByText('The others cannot see or hear you right now').waitFor();
  await shot('reconnecting-media');
  server.rejoins = true;
  await page.getByText('Reconnecting').waitFor({ state: 'detached' });
  // Microphone and camera are sent again, on the new node.
  await eventually(produced).toBe(4);
});

test.each([
  ['EndedByHost', 'The host ended it for everybody.'],
  ['Expired', 'Its time was over.'],
] as const)('a meeting that ends (%s) says why', async (reason, text) => {
  await join();
  server.send({ type: 'ended', reason });
  await heading('The meeting has ended');
  await page.getByText(text).waitFor();
  await shot(`ended-${reason}`);
});

test('leaving tells the server, and lets the devices go', async () => {
  await join();
  await page.getByRole('button', { name: 'Leave' }).click();
  await heading('You left the meeting');
  await shot('left');
  expect(server.requests).toContain('leave');
});

test.each(['light', 'dark'] as const)('a phone in the %s', async (colorScheme) => {
  addOthers(4);
  await openLobby({ viewport: phone, colorScheme, hasTouch: true });
  await page.getByLabel('Preview of your camera').waitFor();
  await page.screenshot({ path: joinPath(screenshots, `phone-lobby-${colorScheme}.png`), fullPage: true });
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await eventually(() => tiles().count()).toBe(5);
  await shot(`phone-call-${colorScheme}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  const small = await page
    .getByRole('button')
    .evaluateAll(
      (buttons) =>
        buttons.filter((b) => b.getBoundingClientRect().height < 44 || b.getBoundingClientRect().width < 44).length,
    );
  expect(small).toBe(0);
});

test('the dark', async () => {
  addOthers(4);
  await openLobby({ colorScheme: 'dark' });
  await page.getByLabel('Preview of your camera').waitFor();
  await shot('dark-lobby');
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await eventually(() => tiles().count()).toBe(5);
  await shot('dark-call-5');
});

test('without room one waits, is told for how many others, and is let in', async () => {
  server.full = true;
  await openLobby();
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await heading('Waiting for room in the meeting…');
  const status = page.getByRole('status');
  await status.getByText('The servers are full right now. One person is before you.').waitFor();
  await eventually(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await shot('waiting');
  server.send({ type: 'waiting', reason: 'NoCapacity', ahead: 0 });
  await status.getByText('You are next.').waitFor();
  server.letIn();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
});

test('whoever does not want to wait is back in the lobby, and their place is given up', async () => {
  server.full = true;
  await openLobby();
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await page.getByRole('button', { name: 'Join' }).waitFor();
  await eventually(() => server.sockets).toBe(0);
});

async function joinAsHost(options: BrowserContextOptions = {}): Promise<void> {
  Object.assign(server.meeting, { hasHosts: true });
  await openLobby(options);
  await page.getByLabel('Your name').fill('Robin Marsh');
  await page.getByLabel('I am a host').check();
  await page.getByLabel('Hosts’ passcode').fill(hostPasscode);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Leave' }).waitFor();
}

test('a host starts a recording, is told how it goes, and stops it after being asked', async () => {
  await joinAsHost();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByText('Recording: Starting: Its pod starts.', { exact: true }).waitFor();
  server.recordings = [aRecording({ phase: 'Recording' })];
  server.send({ type: 'recording', recording: true, aloud: false });
  await page.locator('.recording-notice').waitFor();
  await page.locator('.recording-progress').waitFor({ state: 'detached' });
  await shot('host-recording');

  await page.getByRole('button', { name: 'Stop recording' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Stop recording?' });
  await dialog.waitFor();
  await shot('host-stop-recording');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(server.requests).not.toContain('stopRecording');
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await dialog.getByRole('button', { name: 'Stop recording' }).click();
  await page.getByText('Recording: The files are being made: 0 %', { exact: true }).waitFor();
  await page.getByRole('log').getByText('Newest recording: The files are being made: 0 %').waitFor();
  await page.getByRole('button', { name: 'Start recording' }).waitFor();
});

test('a host is told why nothing is recorded; who is no host has no such buttons', async () => {
  server.refuseRecording = 'RecordingOff';
  await joinAsHost();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByRole('alert').getByText('This meeting is not set up to be recorded.').waitFor();
  server.recordings = [aRecording({ phase: 'Failed', message: 'There is no bucket.' })];
  server.refuseRecording = undefined;
  await page.context().close();

  server.canRecord = false;
  await joinAsHost();
  await page.getByText('Recording: Failed: There is no bucket.', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Start recording' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Recordings' }).count()).toBe(1);
  await page.context().close();

  Object.assign(server.meeting, { hasHosts: false });
  await join();
  expect(await page.getByRole('button', { name: /record/i }).count()).toBe(0);
});

test('a host plays, downloads and deletes recordings, which are in a store elsewhere', async () => {
  const film = await aFilm();
  const store = createServer((_request, response) => {
    response.setHeader('content-type', 'video/webm');
    response.setHeader('content-disposition', 'attachment; filename="planning-1-recording.mp4"');
    response.end(film);
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  server.store = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
  const mp4 = { name: 'recording.mp4', kind: 'MP4', bytes: 48_200_000, durationMs: 64_000, sha256: '' } as const;
  const over = { phase: 'Completed', recordedMs: 64_000, message: '' } as const;
  server.recordings = [
    aRecording({ name: 'planning-2', phase: 'Failed', message: 'The bucket refuses.' }),
    aRecording({ ...over, expiresAtMs: Date.UTC(2027, 0, 2), outputs: [mp4] }),
  ];
  await joinAsHost();
  await page.getByRole('button', { name: 'Recordings' }).click();
  const items = page.getByRole('list', { name: 'Recordings of this meeting' }).getByRole('listitem');
  await items.getByText('Ready, 1:04 long, kept until').waitFor();
  await items.getByText('Failed: The bucket refuses.').waitFor();
  await items.getByRole('button', { name: /^Play the recording of / }).click();
  const played = (): Promise<number> =>
    page.locator('video.recording-player').evaluate((video) => (video as HTMLVideoElement).currentTime);
  await expect.poll(played, { timeout: 30_000 }).toBeGreaterThan(0);
  await shot('host-recordings');

  const saved = page.waitForEvent('download');
  await items.getByRole('button', { name: 'Download video (48 MB)' }).click();
  expect((await saved).suggestedFilename()).toBe('planning-1-recording.mp4');

  await items
    .last()
    .getByRole('button', { name: /^Delete the recording of / })
    .click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(await items.count()).toBe(2);
  await items
    .last()
    .getByRole('button', { name: /^Delete the recording of / })
    .click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await eventually(() => items.count()).toBe(1);
  expect(server.recordings.map(({ name }) => name)).toEqual(['planning-2']);
  store.closeAllConnections();
  store.close();
});

test('a phone has room for a host’s controls', async () => {
  await joinAsHost({ viewport: phone });
  await shot('host-phone');
  const { width } = phone;
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(overflow).toBeLessThanOrEqual(width);
  for (const name of ['Start recording', 'Recordings', 'Leave']) {
    const box = await page.getByRole('button', { name }).boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? width) + (box?.width ?? 1) <= width).toBe(true);
  }
});

/** Two seconds of a test picture, in what every Chromium decodes. */
async function aFilm(): Promise<Buffer> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'film-'));
  const path = joinPath(folder, 'film.webm');
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=15:duration=2'];
  await promisify(execFile)('ffmpeg', [...source, '-c:v', 'libvpx', '-deadline', 'realtime', path]);
  const film = await readFile(path);
  await rm(folder, { recursive: true });
  return film;
}
