// Robots in a meeting: they come in by the real page, in one headless browser, each with a picture that moves and a voice that takes
// turns. One that is thrown out, or whose meeting cannot be reached yet, tries again; one whose meeting has ended stops.
// usage: robots.mjs URL [--names Ada,Bo] [--regions eu,us]
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { actAsRobot } from './robot-devices.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { names: { type: 'string', default: 'Ada,Bo' }, regions: { type: 'string', default: 'eu,us' } },
});
const [address] = positionals;
if (address === undefined || !URL.canParse(address)) {
  console.error('usage: robots URL [--names Ada,Bo] [--regions eu,us]');
  process.exit(2);
}
const names = values.names.split(',');
const regions = values.regions.split(',');
const url = new URL(address);
const retryMs = 2_000;
const joinDeadlineMs = 15_000;

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? usualPlaces.find((place) => existsSync(place));
if (executablePath === undefined) {
  console.error(
    'missing: Chromium\n   to do: install it (apt-get install chromium), or say where it is with CHROMIUM=…',
  );
  process.exit(1);
}

const say = (name, text) => console.log(`${new Date().toISOString()} ${name}: ${text}`);

const browser = await chromium.launch({
  executablePath,
  // The pictures are drawn in the page; the browser's own fake devices only make the lists of devices not empty.
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--use-fake-device-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
    // Camera and microphone are for HTTPS and localhost only; robots may come by any address.
    `--unsafely-treat-insecure-origin-as-secure=${url.origin}`,
  ],
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
});
const contexts = new Set();
let stopping = false;

async function attend(index) {
  const name = names[index];
  const region = regions[index % regions.length];
  const context = await browser.newContext({
    viewport: { width: 480, height: 360 },
    permissions: ['camera', 'microphone'],
  });
  contexts.add(context);
  try {
    const page = await context.newPage();
    await page.addInitScript(actAsRobot, { name, index, count: names.length });
    const meeting = new URL(url);
    meeting.searchParams.set('region', region);
    await page.goto(meeting.href);
    await page.getByLabel('Your name').fill(name, { timeout: joinDeadlineMs });
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor({ timeout: joinDeadlineMs });
    say(name, `is in, from region ${region}`);
    // A page that shows a heading of its own instead of the call: the meeting is over for this robot.
    const over = page.locator('.message h1');
    await over.waitFor({ timeout: 0 });
    return await over.innerText();
  } finally {
    contexts.delete(context);
    await context.close();
  }
}

async function live(index) {
  while (!stopping) {
    try {
      const why = await attend(index);
      say(names[index], why);
      if (why === 'The meeting has ended') return;
    } catch (error) {
      if (!stopping) say(names[index], error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
    if (!stopping) await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function stop() {
  if (stopping) return;
  stopping = true;
  // Leaving is said by the page itself when it goes.
  await Promise.allSettled([...contexts].flatMap((context) => context.pages()).map((page) => page.goto('about:blank')));
  await browser.close();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());

await Promise.all(names.map((_, index) => live(index)));
await stop();
