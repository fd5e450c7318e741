/** A test participant: one page with the SDK in it, driven from the test. */
import type { BrowserContext, Page } from 'playwright-core';
import { waitUntil } from '../deadline.js';
import { longestGapMs } from '../probe/gaps.js';
import type { JoinOutcome, JoinWish, MeetingView, ParticipantPage } from '../probe/client-contract.js';
import type { FakeDevices, PictureReport } from '../probe/probe-contract.js';
import { probeOf, type PageProbe } from './probed-page.js';

export interface Participant extends PageProbe {
  readonly name: string;
  readonly devices: FakeDevices;
  join(wish: Omit<JoinWish, 'devices' | 'name'>): Promise<JoinOutcome>;
  /** Joins, or throws what it was told instead. */
  enter(wish: Omit<JoinWish, 'devices' | 'name'>): Promise<Extract<JoinOutcome, { ok: true }>>;
  view(): Promise<MeetingView>;
  setPaused(source: 'camera' | 'microphone', paused: boolean): Promise<void>;
  rename(name: string): Promise<void>;
  subscribe(producerIds: readonly string[]): Promise<void>;
  unsubscribe(producerIds: readonly string[]): Promise<void>;
  leave(): Promise<void>;
  /** Waits until so many pictures of another's camera were decoded, and it was that camera. */
  sees(other: Participant, frames?: number): Promise<PictureReport>;
  /** The longest time without a decoded picture of the other, less what the two pages themselves stood still. */
  longestGapOf(other: Participant, sinceMs: number): Promise<{ readonly gapMs: number; readonly rawGapMs: number }>;
  /** Waits until the other's tone is the one that is heard. */
  hears(other: Participant): Promise<void>;
  close(): Promise<void>;
}

export interface ParticipantInit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly name: string;
  readonly devices: FakeDevices;
}

const seeDeadlineMs = 15_000;
const listenMs = 400;
const toneToleranceHz = 15;

export function createParticipant({ context, page, name, devices }: ParticipantInit): Participant {
  const probe = probeOf(page);
  const join: Participant['join'] = (wish) => call(page, 'join', { ...wish, name, devices });
  return {
    ...probe,
    name,
    devices,
    join,
    enter: async (wish) => {
      const outcome = await join(wish);
      if (!outcome.ok) throw new Error(`${name} could not join: ${outcome.code}: ${outcome.message}`);
      return outcome;
    },
    view: () => call(page, 'view'),
    setPaused: (source, paused) => call(page, 'setPaused', source, paused),
    rename: (next) => call(page, 'rename', next),
    subscribe: (ids) => call(page, 'subscribe', ids),
    unsubscribe: (ids) => call(page, 'unsubscribe', ids),
    leave: () => call(page, 'leave'),
    sees: (other, frames = 5) =>
      waitUntil(
        `${name} decodes ${frames} pictures of ${other.name}`,
        { deadlineMs: seeDeadlineMs },
        () => probe.pictures(`${other.name}/camera`),
        (report) => report.coded >= frames && report.cameraIds.join() === String(other.devices.cameraId),
      ),
    longestGapOf: async (other, sinceMs) => {
      const [report, here, there] = await Promise.all([
        probe.pictures(`${other.name}/camera`, sinceMs),
        probe.stalls(sinceMs),
        other.stalls(sinceMs),
      ]);
      if (report.frames === 0) return { gapMs: Number.POSITIVE_INFINITY, rawGapMs: Number.POSITIVE_INFINITY };
      return { gapMs: longestGapMs(report.gaps, [...here, ...there]), rawGapMs: report.maxGapMs };
    },
    hears: async (other) => {
      await waitUntil(
        `${name} hears ${other.devices.toneHz} Hz of ${other.name}`,
        { deadlineMs: seeDeadlineMs },
        () => probe.listen(`${other.name}/microphone`, listenMs),
        ({ peakHz, peakDb }) => Math.abs(peakHz - other.devices.toneHz) < toneToleranceHz && peakDb > -60,
      );
    },
    close: () => context.close(),
  };
}

async function call<M extends keyof ParticipantPage>(
  page: Page,
  method: M,
  ...args: Parameters<ParticipantPage[M]>
): Promise<Awaited<ReturnType<ParticipantPage[M]>>> {
  const result: unknown = await page.evaluate(
    ([name, given]) =>
      (
        globalThis as unknown as { parleyParticipant: Record<string, (...all: unknown[]) => unknown> }
      ).parleyParticipant[name]?.(...given),
    [method, args] as const,
  );
  return result as Awaited<ReturnType<ParticipantPage[M]>>;
}
