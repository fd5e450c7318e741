import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextWatchStep,
  type WatchFailure,
  type WatchPolicy,
  type WatchState,
  type WatchStepInput,
} from './next-step.js';

const policy: WatchPolicy = { pageSize: 500, backoffBaseMs: 200, backoffCapMs: 15_000, relistAfterFailures: 5 };
const watching: WatchState = { resourceVersion: '42', failures: 0, pageSize: 500 };
const step = (input: Partial<WatchStepInput> & Pick<WatchStepInput, 'outcome'>) =>
  nextWatchStep({ state: watching, progressed: false, random: 0, ...input }, policy);

describe('the next step of a watch', () => {
  it('after a list: a watch from its version, at once', () => {
    expect(step({ outcome: { kind: 'Listed', resourceVersion: '50' } })).toEqual({
      action: 'Watch',
      delayMs: 0,
      state: { ...watching, resourceVersion: '50' },
    });
  });

  it('after a proper end: the watch goes on at once, from its version', () => {
    expect(step({ outcome: { kind: 'WatchEnded' }, progressed: true })).toEqual({
      action: 'Watch',
      delayMs: 0,
      state: watching,
    });
  });

  it('after an end that brought nothing: with a delay, else a proxy that closes at once would make us spin', () => {
    expect(step({ outcome: { kind: 'WatchEnded' } })).toMatchObject({ action: 'Watch', delayMs: 100 });
  });

  it('when a relist is due: a list, at once', () => {
    expect(step({ outcome: { kind: 'RelistDue' } })).toMatchObject({ action: 'List', delayMs: 0 });
  });

  const resumed: WatchFailure[] = ['TooManyRequests', 'ServerError', 'Network', 'Timeout', 'Truncated'];
  it.each(resumed)('a watch that fails with %s goes on from its version, after a delay', (failure) => {
    expect(step({ outcome: { kind: 'WatchFailed', failure } })).toEqual({
      action: 'Watch',
      delayMs: 100,
      state: { ...watching, failures: 1 },
    });
  });

  const relisted: WatchFailure[] = ['Gone', 'TooLarge', 'Refused'];
  it.each(relisted)('a watch that fails with %s is listed anew', (failure) => {
    expect(step({ outcome: { kind: 'WatchFailed', failure } })).toMatchObject({
      action: 'List',
      state: { resourceVersion: undefined },
    });
  });

  it('after 5 failed watches in a row the version itself is doubted', () => {
    const outcome = { kind: 'WatchFailed', failure: 'ServerError' } as const;
    expect(step({ outcome, state: { ...watching, failures: 3 } }).action).toBe('Watch');
    expect(step({ outcome, state: { ...watching, failures: 4 } }).action).toBe('List');
    expect(step({ outcome, state: { ...watching, failures: 4 }, progressed: true }).action).toBe('Watch');
  });

  it('a busy server is not burdened with a list as well', () => {
    const outcome = { kind: 'WatchFailed', failure: 'TooManyRequests' } as const;
    expect(step({ outcome, state: { ...watching, failures: 20 } }).action).toBe('Watch');
  });

  it('Retry-After is a floor, and spread', () => {
    const outcome = { kind: 'WatchFailed', failure: 'TooManyRequests', retryAfterMs: 8_000 } as const;
    expect(step({ outcome }).delayMs).toBe(8_000);
    expect(step({ outcome, random: 0.8 }).delayMs).toBe(9_600);
  });

  it('lists that go well between watches that never do still back off', () => {
    let state = watching;
    const delays: number[] = [];
    for (let n = 0; n < 5; n++) {
      const failed = step({ state, outcome: { kind: 'WatchFailed', failure: 'Gone' } });
      delays.push(failed.delayMs);
      state = step({ state: failed.state, outcome: { kind: 'Listed', resourceVersion: '42' } }).state;
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600]);
  });

  it('an expired continue asks for everything in one page; once listed, pages come back', () => {
    const failed = step({ outcome: { kind: 'ListFailed', failure: 'Gone' } });
    expect(failed).toMatchObject({ action: 'List', state: { pageSize: 0 } });
    const listed = step({ state: failed.state, outcome: { kind: 'Listed', resourceVersion: '1' } });
    expect(listed.state.pageSize).toBe(500);
  });

  it('a page that is too large is halved, down to one object', () => {
    const outcome = { kind: 'ListFailed', failure: 'TooLarge' } as const;
    expect(step({ outcome }).state.pageSize).toBe(250);
    expect(step({ outcome, state: { ...watching, pageSize: 0 } }).state.pageSize).toBe(250);
    expect(step({ outcome, state: { ...watching, pageSize: 1 } }).state.pageSize).toBe(1);
  });

  it('law 9: whatever happens there is a next step, in bounded time; and a watch only with a version', () => {
    const failure = fc.constantFrom<WatchFailure>(...resumed, ...relisted);
    const retryAfterMs = fc.option(fc.nat(60_000), { nil: undefined });
    const outcome = fc.oneof(
      fc.record({ kind: fc.constant('Listed' as const), resourceVersion: fc.nat().map(String) }),
      fc.record({ kind: fc.constantFrom('WatchEnded' as const, 'RelistDue' as const) }),
      fc.record({ kind: fc.constantFrom('ListFailed' as const, 'WatchFailed' as const), failure, retryAfterMs }),
    );
    const life = fc.array(
      fc.record({ outcome, progressed: fc.boolean(), random: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
    );
    fc.assert(
      fc.property(life, (events) => {
        let state: WatchState = { resourceVersion: undefined, failures: 0, pageSize: 500 };
        for (const event of events) {
          const next = nextWatchStep({ state, ...event }, policy);
          state = next.state;
          expect(next.action).toBe(state.resourceVersion === undefined ? 'List' : 'Watch');
          expect(next.delayMs).toBeGreaterThanOrEqual(0);
          expect(next.delayMs).toBeLessThanOrEqual(75_000);
          expect(state.pageSize).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
