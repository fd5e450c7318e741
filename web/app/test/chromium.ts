import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
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
];

/** Devices are fake; pages get them when the test grants the permission. CHROMIUM says where it is, if not where it usually is. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? usualPlaces.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('no Chromium: install one, or say where with CHROMIUM=…');
  return chromium.launch({ executablePath, args: flags });
}
