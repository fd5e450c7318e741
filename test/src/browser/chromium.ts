/** One headless Chromium for a test file; people in it are contexts of their own, each in its own process. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  // Nobody looks at these pages, and yet they must run as if someone did.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** @param path of the program; else CHROMIUM, else where it usually lies. */
export async function launchChromium(path: string | undefined = process.env['CHROMIUM']): Promise<Browser> {
  const executablePath = path ?? usualPlaces.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error('no Chromium: install one (apt-get install chromium), or say where with CHROMIUM=…');
  return chromium.launch({ executablePath, args: flags, chromiumSandbox: false });
}
