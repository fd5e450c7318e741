import { expect, test } from 'vitest';
import { writeNumbered } from '../core/data/numbered.js';
import { createFakeClock } from '../fakes/fake-clock.js';
import { DataInbox } from './data-inbox.js';

const ann = { participantId: 'ann', label: 'chat' };
const numbered = (number: number) => writeNumbered({ number, payload: `message ${number}` });

function anInbox() {
  const clock = createFakeClock();
  const heard: string[] = [];
  const inbox = new DataInbox(clock, ({ participantId, payload }) =>
    heard.push(`${participantId}: ${payload as string}`),
  );
  return { clock, heard, inbox };
}

test('who moves is heard once, over both nodes', () => {
  const { heard, inbox } = anInbox();
  const [old, next] = [inbox.open(ann), inbox.open(ann)];
  old.received(numbered(0));
  next.received(numbered(2));
  old.received(numbered(1));
  old.close();
  next.received(numbered(3));
  expect(heard).toEqual([0, 1, 2, 3].map((number) => `ann: message ${number}`));
});

test('what is missing is waited for, and not for ever', async () => {
  const { clock, heard, inbox } = anInbox();
  const [old, next] = [inbox.open(ann), inbox.open(ann)];
  old.received(numbered(0));
  next.received(numbered(2));
  await clock.advance(900);
  expect(heard).toHaveLength(1);
  await clock.advance(200);
  expect(heard).toEqual(['ann: message 0', 'ann: message 2']);
  next.received(numbered(4));
  old.close();
  expect(heard.at(-1)).toBe('ann: message 4');
});

test('senders and labels are each for themselves', () => {
  const { heard, inbox } = anInbox();
  inbox.open(ann).received(numbered(0));
  inbox.open({ ...ann, participantId: 'ben' }).received(numbered(0));
  inbox.open({ ...ann, label: 'hands' }).received(numbered(0));
  expect(heard).toEqual(['ann: message 0', 'ben: message 0', 'ann: message 0']);
});

test('what is no numbered message is nobody’s', () => {
  const { heard, inbox } = anInbox();
  inbox.open(ann).received('hello');
  expect(heard).toEqual([]);
});
