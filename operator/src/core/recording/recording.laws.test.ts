/** RecordingJobs driven through worlds with lost recorders, failing stores and new leaders: the laws hold whatever happens. */
import type { RecordingJobStatus } from '@parley/crds/recording-job.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { aBatch, aRecorder, aRecordingWorld, aReport } from '../testing/recording-worlds.js';
import { planRecording } from './plan.js';
import type { RecordingPlan } from './recording-plan.js';
import { statusOfRecording } from './recording-status.js';
import { isOver, type RecordingWorld } from './world.js';

const STEP_MS = 60_000;
type Mishap =
  | 'None'
  | 'PodLost'
  | 'Unheard'
  | 'BatchDeleted'
  | 'GaveUp'
  | 'RecorderFails'
  | 'MeetingEnds'
  | 'Stop'
  | 'Delete'
  | 'StatusLost';
const mishap = fc.constantFrom<Mishap>(
  ...([
    'None',
    'None',
    'None',
    'PodLost',
    'Unheard',
    'BatchDeleted',
    'GaveUp',
    'RecorderFails',
    'MeetingEnds',
    'Stop',
    'Delete',
    'StatusLost',
  ] as const),
);

/** Kubernetes, a recorder, and a meeting, as far as the planner sees them. */
function createSystem(): {
  readonly world: () => RecordingWorld;
  readonly step: (happens: Mishap) => RecordingPlan;
  readonly settle: () => RecordingPlan;
  readonly gone: () => boolean;
} {
  let world = aRecordingWorld({ hasFinalizer: false });
  let stopped = false;
  let ranSteps = 0;
  let isGone = false;

  const recorder = (): void => {
    if (world.batch === undefined || world.batch.state !== 'Active') return;
    ranSteps += 1;
    const startedAtMs = world.report?.startedAtMs ?? world.nowMs;
    const isEnded = stopped || world.report?.phase === 'Composing';
    const phase = !isEnded ? 'Recording' : world.report?.phase === 'Composing' ? 'Done' : 'Composing';
    world = {
      ...world,
      pod: aRecorder(),
      report: aReport({ phase, startedAtMs, recordedMs: ranSteps, endedAtMs: isEnded ? world.nowMs : undefined }),
    };
  };
  const act = (): RecordingPlan => {
    const plan = planRecording(world);
    const status = statusOfRecording({
      ...{ world, plan, generation: 1, meetingId: 'abc-defg-hij', pool: 'eu', location: 's3://b/p/' },
    });
    stopped = plan.end !== undefined;
    world = { ...world, status };
    for (const { type } of plan.actions) {
      if (type === 'AddFinalizer') world = { ...world, hasFinalizer: true };
      if (type === 'CreateRecorder') world = { ...world, batch: aBatch() };
      if (type === 'DeleteRecorder') world = { ...world, batch: undefined, pod: undefined, report: undefined };
      if (type === 'CreateDeletion')
        world = { ...world, deletion: aBatch({ state: 'Complete', finishedAtMs: world.nowMs }) };
      if (type === 'DeleteDeletion') world = { ...world, deletion: undefined };
      if (type === 'RemoveFinalizer') isGone = true;
    }
    return plan;
  };
  const happen = (what: Mishap): void => {
    if (what === 'PodLost') world = { ...world, pod: undefined, report: undefined };
    if (what === 'Unheard' && world.pod !== undefined)
      world = { ...world, pod: aRecorder({ isHeard: false }), report: undefined };
    if (what === 'BatchDeleted') world = { ...world, batch: undefined, pod: undefined, report: undefined };
    if (what === 'GaveUp' && world.batch !== undefined)
      world = {
        ...world,
        batch: aBatch({ state: 'Failed', failedReason: 'BackoffLimitExceeded' }),
        pod: undefined,
        report: undefined,
      };
    if (what === 'RecorderFails' && world.batch !== undefined)
      world = {
        ...world,
        pod: aRecorder(),
        report: aReport({ phase: 'Failed', failure: { reason: 'StorageDenied', message: '' } }),
      };
    if (what === 'MeetingEnds') world = { ...world, meeting: { type: 'Ended' } };
    if (what === 'Stop') world = { ...world, spec: { ...world.spec, stop: true } };
    if (what === 'Delete') world = { ...world, isDeleting: true };
    // A leader that died before it wrote.
    if (what === 'StatusLost' && !isOver(world.status) && world.batch !== undefined)
      world = { ...world, status: { phase: 'Starting', location: 's3://b/p/' } };
  };
  return {
    world: () => world,
    gone: () => isGone || (world.isDeleting && !world.hasFinalizer),
    step: (happens) => {
      world = { ...world, nowMs: world.nowMs + STEP_MS };
      happen(happens);
      const plan = act();
      if (happens === 'None') recorder();
      return plan;
    },
    settle: () => {
      let plan = act();
      for (let turn = 0; turn < 5 && plan.actions.length > 0; turn += 1) plan = act();
      return plan;
    },
  };
}

const ORDER = ['Queued', 'Starting', 'Recording', 'Finalizing', 'Completed', 'Failed'];
const rankOf = (status: RecordingJobStatus | undefined): number => ORDER.indexOf(status?.phase ?? 'Queued');

describe('a RecordingJob, whatever happens to it', () => {
  test('ends, for every job has a longest time; and once over, it stays as it is', () => {
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 30 }), (mishaps) => {
        const system = createSystem();
        for (const happens of mishaps) {
          const before = system.world().status;
          system.step(happens);
          const after = system.world().status;
          if (isOver(before)) expect(after?.phase).toBe(before.phase);
          else if (happens !== 'StatusLost') expect(rankOf(after)).toBeGreaterThanOrEqual(rankOf(before) - 1);
        }
        for (let step = 0; step < 80 && !isOver(system.world().status) && !system.gone(); step += 1)
          system.step('None');
        expect(isOver(system.world().status) || system.gone()).toBe(true);
      }),
    );
  });

  test('a fixpoint plans nothing', () => {
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 20 }), (mishaps) => {
        const system = createSystem();
        for (const happens of mishaps) system.step(happens);
        if (system.gone()) return;
        expect(system.settle().actions.filter(({ type }) => type !== 'RemoveFinalizer')).toEqual([]);
      }),
    );
  });

  test('is not gone before it is over, and never leaves a recorder behind', () => {
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 20 }), (mishaps) => {
        const system = createSystem();
        for (const happens of [...mishaps, 'Delete' as const]) {
          const hadBegun = system.world().batch !== undefined;
          system.step(happens);
          if (system.gone()) {
            expect(isOver(system.world().status) || !hadBegun).toBe(true);
            return;
          }
        }
        for (let step = 0; step < 80 && !system.gone(); step += 1) system.step('None');
        expect(system.gone()).toBe(true);
        expect(system.world().batch).toBeUndefined();
      }),
    );
  });

  test('its data is deleted when its retention is over, and not a moment before', () => {
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 20 }), fc.integer({ min: 1, max: 400 }), (mishaps, days) => {
        const system = createSystem();
        for (const happens of mishaps.filter((each) => each !== 'Delete')) system.step(happens);
        for (let step = 0; step < 80 && !isOver(system.world().status); step += 1) system.step('None');
        const { status, spec } = system.world();
        const world = { ...system.world(), nowMs: NOW_MS + days * 86_400_000 };
        const dueMs = Date.parse(status?.finishedAt ?? '') + spec.retentionDays * 86_400_000;
        const deletes = planRecording({ ...world, batch: undefined, deletion: undefined }).actions.some(
          ({ type }) => type === 'CreateDeletion',
        );
        expect(deletes).toBe(status?.location !== undefined && world.nowMs >= dueMs);
      }),
    );
  });
});
