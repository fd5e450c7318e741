/** A host's view of the meeting's recordings: asked for again while something is under way, or somebody looks. */
import type { MeetingHost } from '@parley/sdk/meeting-host.js';
import { ParleyError } from '@parley/sdk/parley-error.js';
import type { RecordingAnswer } from '@parley/signaling/protocol/recordings.js';
import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError } from '../core/errors/describe-error.js';
import { describePhase, goesOn, isPending } from '../core/recordings/describe-recording.js';
import { announce } from '../ui/announcer.js';

export interface Recordings {
  /** Undefined: not known yet. */
  readonly list: readonly RecordingAnswer[] | undefined;
  /** What the last call failed with, in words. */
  readonly error: string | undefined;
  /** Being asked for. */
  readonly busy: boolean;
  /** What stopping would stop. */
  readonly current: RecordingAnswer | undefined;
  start(): void;
  stop(): void;
  remove(name: string): void;
  /** Undefined: there is none, and the error says why. */
  link(name: string, output: string): Promise<string | undefined>;
}

const againMs = 2_000;

/** @param looking somebody looks at the list. */
export function useRecordings(host: MeetingHost | undefined, looking: boolean): Recordings {
  const [list, setList] = useState<readonly RecordingAnswer[]>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  /** Asked to stop; the list tells of it a moment later. */
  const [stopped, setStopped] = useState<ReadonlySet<string>>(new Set());

  const attempt = useCallback(async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await call();
      setError(undefined);
      return result;
    } catch (cause) {
      const text = errorText(ParleyError.from(cause));
      setError(text);
      announce(text);
      return undefined;
    }
  }, []);
  const refresh = useCallback(async (): Promise<void> => {
    const found = await host?.recordings.list().catch(() => undefined);
    if (found !== undefined) setList(found);
  }, [host]);
  const change = (call: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    void attempt(call)
      .then(refresh)
      .finally(() => setBusy(false));
  };

  const pending = looking || list === undefined || list.some(isPending);
  useEffect(() => {
    if (host === undefined || !pending) return undefined;
    const first = window.setTimeout(() => void refresh());
    const timer = window.setInterval(() => void refresh(), againMs);
    return () => {
      window.clearTimeout(first);
      window.clearInterval(timer);
    };
  }, [host, pending, refresh]);

  const newest = list?.[0];
  const newestText = newest === undefined ? undefined : describePhase(newest);
  const loaded = list !== undefined;
  /** What there was when one came in is no news. */
  const toldBefore = useRef(false);
  useEffect(() => {
    if (toldBefore.current && newestText !== undefined) announce(`Newest recording: ${newestText}`);
    toldBefore.current = loaded;
  }, [loaded, newestText]);

  return {
    ...{ list, error, busy },
    current: list?.find((recording) => goesOn(recording) && !stopped.has(recording.name)),
    start: () =>
      change(async () => {
        await host?.startRecording();
      }),
    stop: () =>
      change(async () => {
        const names = (await host?.stopRecording()) ?? [];
        setStopped((before) => new Set([...before, ...names]));
      }),
    remove: (name) =>
      change(async () => {
        await host?.recordings.delete(name);
        announce('The recording is being deleted');
      }),
    link: (name, output) => attempt(async () => (await host?.recordings.link(name, output))?.url),
  };
}

function errorText(error: ParleyError): string {
  switch (error.code) {
    case 'RecordingOff':
      return 'This meeting is not set up to be recorded.';
    case 'RecordingNotDownloadable':
      return error.message;
    case 'RecordingNotFound':
      return 'This recording is not there any more.';
    case 'TokenExpired':
      return 'Your right as a host has expired. Join again.';
    case 'NotHost':
      return 'Only hosts of this meeting may do this.';
    case 'RateLimited':
      return 'Too many attempts. Wait a moment, then try again.';
    case 'NetworkFailed':
    case 'ConnectionLost':
    case 'TimedOut':
      return describeError(error.code).text;
    default:
      return `That did not work (${error.code}). Try again in a moment.`;
  }
}
