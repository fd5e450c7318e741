import type { BrowserContext, Page } from 'playwright-core';
import type { PictureReport, Probe, SoundReport, Stall, ToneReport } from '../probe/probe-contract.js';

/** The probe of a page, from outside. */
export interface PageProbe {
  readonly page: Page;
  pictures(key: string, sinceMs?: number): Promise<PictureReport>;
  watchSound(key: string): Promise<void>;
  sound(key: string, sinceMs: number): Promise<SoundReport>;
  keys(): Promise<readonly string[]>;
  stalls(sinceMs: number): Promise<readonly Stall[]>;
  listen(key: string, forMs: number): Promise<ToneReport>;
  setLoudness(loudness: number): Promise<void>;
  watchVideosLabelled(label: string): Promise<void>;
}

/** Adds a bundled script to every page of a context, before the page's own scripts. */
export async function addScript(context: BrowserContext, script: string): Promise<void> {
  await context.addInitScript({ content: script });
}

export function probeOf(page: Page): PageProbe {
  return {
    page,
    pictures: (key, sinceMs = 0) => call(page, 'pictures', key, sinceMs),
    watchSound: (key) => call(page, 'watchSound', key),
    sound: (key, sinceMs) => call(page, 'sound', key, sinceMs),
    keys: () => call(page, 'keys'),
    stalls: (sinceMs) => call(page, 'stalls', sinceMs),
    listen: (key, forMs) => call(page, 'listen', key, forMs),
    setLoudness: (loudness) => call(page, 'setLoudness', loudness),
    watchVideosLabelled: (label) => call(page, 'watchVideosLabelled', label),
  };
}

/** JSON can't carry infinity: it comes back as null, and is a report's `never`. */
async function call<M extends keyof Probe>(
  page: Page,
  method: M,
  ...args: Parameters<Probe[M]>
): Promise<Awaited<ReturnType<Probe[M]>>> {
  const result: unknown = await page.evaluate(
    ([name, given]) =>
      (globalThis as unknown as { parleyProbe: Record<string, (...all: unknown[]) => unknown> }).parleyProbe[name]?.(
        ...given,
      ),
    [method, args] as const,
  );
  return result as Awaited<ReturnType<Probe[M]>>;
}
