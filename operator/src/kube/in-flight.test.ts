import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInFlight } from './in-flight.js';
import { settle } from './testing/fake-clock.js';

interface Work {
  readonly stop: AbortController;
  readonly end: () => void;
  state: 'Waits' | 'Runs' | 'Ended' | 'Failed';
}

function works(most: number) {
  const inFlight = createInFlight(most);
  const all: Work[] = [];
  const start = (): void => {
    const stop = new AbortController();
    const done = Promise.withResolvers<undefined>();
    const work: Work = { stop, end: () => done.resolve(undefined), state: 'Waits' };
    all.push(work);
    const run = (): Promise<undefined> => {
      work.state = 'Runs';
      return done.promise;
    };
    inFlight.run(run, stop.signal).then(
      () => (work.state = 'Ended'),
      () => (work.state = 'Failed'),
    );
  };
  return { all, start };
}

it('begins in the order of asking, as others end', async () => {
  const { all, start } = works(2);
  for (let count = 0; count < 4; count += 1) start();
  await settle();
  expect(all.map(({ state }) => state)).toEqual(['Runs', 'Runs', 'Waits', 'Waits']);
  all[1]?.end();
  await settle();
  expect(all.map(({ state }) => state)).toEqual(['Runs', 'Ended', 'Runs', 'Waits']);
});

it('never runs more than so many, and never fewer while one waits, whoever gives up', async () => {
  const step = fc.record({ kind: fc.constantFrom('Start', 'End', 'GiveUp'), at: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { all, start } = works(3);
      for (const { kind, at } of steps) {
        const work = all[at % Math.max(1, all.length)];
        if (kind === 'Start') start();
        else if (kind === 'End') work?.end();
        else if (work?.state === 'Waits') work.stop.abort();
        await settle();
        const running = all.filter(({ state }) => state === 'Runs').length;
        const waiting = all.filter(({ state }) => state === 'Waits').length;
        expect(running).toBeLessThanOrEqual(3);
        if (waiting > 0) expect(running).toBe(3);
      }
      for (const work of all) work.end();
    }),
  );
});
