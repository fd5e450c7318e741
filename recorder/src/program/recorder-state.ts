/** What a recorder says of itself: what its parts tell, put together for the next report. */
import { buildReport, type Phase, type RecorderFacts, type ReportInit } from '../core/report/build-report.js';

type Facts = Omit<RecorderFacts, 'recorder' | 'instanceId'>;

export interface RecorderState {
  readonly phase: Phase;
  report(): ReportInit;
  set(facts: Partial<Facts>): void;
  /** For what changes all the time: asked before each report. */
  ask(source: () => Partial<Facts>): void;
  onPhase(listener: () => void): () => void;
}

export function createRecorderState(recorder: string, instanceId: string): RecorderState {
  let facts: Facts = {
    phase: 'Waiting',
    startedAtMs: undefined,
    ended: undefined,
    recordedMs: 0,
    events: [],
    segments: 0,
    uploadedBytes: 0,
    bufferedBytes: 0,
    storageWaiting: undefined,
    progressPercent: 0,
    gaps: [],
    outputs: [],
    failure: undefined,
  };
  let source: () => Partial<Facts> = () => ({});
  const listeners = new Set<() => void>();
  return {
    get phase() {
      return facts.phase;
    },
    report: () => buildReport({ recorder, instanceId, ...facts, ...source() }),
    set(changed) {
      const before = facts.phase;
      facts = { ...facts, ...changed };
      if (facts.phase !== before) for (const listener of listeners) listener();
    },
    ask: (asked) => (source = asked),
    onPhase(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
