import { RpcError } from '@parley/proto/rpc-error.js';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestFailure } from '../request-failure.js';
import { createRoomQueue, type RoomQueue, type Waiting } from './room-queue.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A meeting with so many places, and a queue before it. */
function aDoor(options: { places?: number; maxOfMeeting?: number } = {}) {
  const door = { places: options.places ?? 0, attempts: 0, discarded: [] as string[], refusal: 'NoCapacity: full' };
  const queue: RoomQueue = createRoomQueue({
    log: pino({ enabled: false }),
    random: () => 1,
    ...(options.maxOfMeeting !== undefined && { maxOfMeeting: options.maxOfMeeting }),
  });
  const come = (name: string) => {
    const told: Waiting[] = [];
    const gone = new AbortController();
    let outcome = 'waits';
    const entering = queue.enter(
      'm',
      async () => {
        door.attempts += 1;
        await Promise.resolve();
        if (door.places === 0)
          throw new RequestFailure('NoCapacity', undefined, {
            cause: new RpcError('RESOURCE_EXHAUSTED', door.refusal),
          });
        door.places -= 1;
        return name;
      },
      {
        signal: gone.signal,
        onWaiting: (waiting) => told.push(waiting),
        discard: (entered) => door.discarded.push(entered),
      },
    );
    entering.then(
      () => (outcome = 'in'),
      (error: unknown) => (outcome = RequestFailure.from(error).code),
    );
    return { told, leave: () => gone.abort(), outcome: () => outcome };
  };
  return { door, queue, come };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('who finds room does not wait', async () => {
  const { come, queue } = aDoor({ places: 1 });
  const ada = come('ada');
  await settle();
  expect([ada.outcome(), ada.told, queue.size]).toEqual(['in', [], 0]);
});

test('who finds none waits, is told why, and is let in when there is room', async () => {
  const { come, door, queue } = aDoor();
  door.refusal = 'TooManyAtOnce: …';
  const ada = come('ada');
  await settle();
  expect([ada.outcome(), ada.told]).toEqual(['waits', [{ reason: 'TooManyAtOnce', ahead: 0 }]]);
  door.places = 1;
  queue.wake('m');
  await settle();
  expect([ada.outcome(), queue.size]).toEqual(['in', 0]);
});

test('people are let in in the order in which they came, also before who comes when there is room again', async () => {
  const { come, door, queue } = aDoor();
  const people = ['ada', 'bo', 'cy'].map(come);
  await settle();
  door.places = 2;
  const dan = come('dan');
  queue.wake('m');
  await settle();
  expect([...people, dan].map(({ outcome }) => outcome())).toEqual(['in', 'in', 'waits', 'waits']);
  expect(dan.told.map(({ ahead }) => ahead)).toEqual([3, 2, 1]);
});

test('whoever leaves gives the place up', async () => {
  const { come, door, queue } = aDoor();
  const [ada, bo] = [come('ada'), come('bo')];
  await settle();
  ada.leave();
  door.places = 1;
  queue.wake('m');
  await settle();
  expect([ada.outcome(), bo.outcome(), queue.size]).toEqual(['NoCapacity', 'in', 0]);
});

test('whoever leaves while being let in is taken out again', async () => {
  const { come, door, queue } = aDoor();
  const ada = come('ada');
  await settle();
  door.places = 1;
  queue.wake('m');
  ada.leave();
  await settle();
  expect([ada.outcome(), door.discarded]).toEqual(['NoCapacity', ['ada']]);
});

test('without news only the first asks again, ever more rarely, and nobody waits for ever', async () => {
  const { come, door } = aDoor();
  const people = ['ada', 'bo'].map(come);
  await settle();
  const asked = door.attempts;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(door.attempts - asked).toBeGreaterThan(4);
  expect(door.attempts - asked).toBeLessThan(12);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(people.map(({ outcome }) => outcome())).toEqual(['NoCapacity', 'NoCapacity']);
});

test('only so many wait', async () => {
  const { come } = aDoor({ maxOfMeeting: 2 });
  const people = ['ada', 'bo', 'cy'].map(come);
  await settle();
  expect(people.map(({ outcome }) => outcome())).toEqual(['waits', 'waits', 'NoCapacity']);
});

test('what is wrong for another reason is told at once, and others go on waiting', async () => {
  const { queue, come } = aDoor();
  const ada = come('ada');
  await settle();
  const failing = queue.enter('other', () => Promise.reject(new RequestFailure('MeetingFull')), {
    signal: new AbortController().signal,
    onWaiting: () => undefined,
    discard: () => undefined,
  });
  await expect(failing).rejects.toMatchObject({ code: 'MeetingFull' });
  expect(ada.outcome()).toBe('waits');
});
