/** The probe measures the system, so it is measured first: on a connection of a page with itself. */
import { bundlePage } from '@parley/e2e/browser/bundle-page.js';
import { launchChromium } from '@parley/e2e/browser/chromium.js';
import { addScript, probeOf, type PageProbe } from '@parley/e2e/browser/probed-page.js';
import { waitUntil } from '@parley/e2e/deadline.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

let browser: Browser;
let page: Page;
let probe: PageProbe;

beforeAll(async () => {
  const [script, launched] = await Promise.all([bundlePage('loopback.ts'), launchChromium()]);
  browser = launched;
  const context = await browser.newContext();
  await addScript(context, script);
  page = await context.newPage();
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<title>probe</title>' }));
  await page.goto('https://probe.test/');
  probe = probeOf(page);
  const devices = { cameraId: 42, width: 320, height: 180, framesPerSecond: 15, toneHz: 750, loudness: 0.5 };
  await page.evaluate(
    (given) => (globalThis as unknown as { loop: (d: object) => Promise<void> }).loop(given),
    devices,
  );
});

afterAll(async () => {
  await browser.close();
});

test('decoded pictures tell whose camera and how late', async () => {
  await waitUntil(
    '30 decoded frames',
    { deadlineMs: 10_000 },
    () => probe.pictures('loop/video'),
    ({ frames }) => frames >= 30,
  );
  const report = await probe.pictures('loop/video', Date.now() - 1_500);
  expect(report.cameraIds).toEqual([42]);
  expect(report.coded / report.frames).toBeGreaterThan(0.9);
  expect(report.delay!.p50Ms).toBeGreaterThan(0);
  expect(report.delay!.p50Ms).toBeLessThan(500);
  expect(report.maxGapMs).toBeLessThan(300);
});

test('a camera that stands still is a gap', async () => {
  const sinceMs = Date.now();
  await page.evaluate(() => {
    const endMs = Date.now() + 700;
    while (Date.now() < endMs);
  });
  expect((await probe.pictures('loop/video', sinceMs)).maxGapMs).toBeGreaterThan(600);
});

test('the tone that was sent is the one that is heard', async () => {
  const { peakHz, peakDb } = await probe.listen('loop/audio', 700);
  expect(peakHz).toBeGreaterThan(735);
  expect(peakHz).toBeLessThan(765);
  expect(peakDb).toBeGreaterThan(-50);
});
