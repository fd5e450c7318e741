import { expect, it } from 'vitest';
import type { MeetingTopology } from '../core/topology/topology.js';
import { createLatestChanges } from './latest-changes.js';
import type { TopologyChange } from './topology-feed.js';

const change = (id: string, epoch: number, kind: TopologyChange['kind'] = 'Changed'): TopologyChange => ({
  kind,
  topology: { meetingId: id as MeetingTopology['meetingId'], epoch } as MeetingTopology,
});

it('owes each meeting its last change, in the order in which they began to wait', () => {
  const changes = createLatestChanges();
  for (const each of [change('a', 1), change('b', 1), change('a', 2), change('c', 1), change('b', 2, 'Removed')])
    changes.put(each);
  expect(changes.size).toBe(3);
  const taken = [changes.take(), changes.take(), changes.take(), changes.take()];
  expect(taken).toEqual([change('a', 2), change('b', 2, 'Removed'), change('c', 1), undefined]);
});

it('takes no more room than there are meetings, whatever the number of changes', () => {
  const changes = createLatestChanges();
  for (let epoch = 1; epoch <= 10_000; epoch += 1) changes.put(change(String(epoch % 7), epoch));
  expect(changes.size).toBe(7);
});
