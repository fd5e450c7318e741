import { kubectl, type Pod } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, getMeeting, namespace, nodePods, openMeeting, poolReady } from '@parley/e2e/cluster/stage.js';
import { expect, test } from 'vitest';
import { beginScene } from './scene.js';

const hostsOf = (pods: readonly Pod[]): string[] => pods.map(({ spec }) => spec.nodeName ?? '');

test('a pool of two replicas becomes Ready with a node on each host, and a meeting over two pools is Placed on both', async () => {
  beginScene();
  await ensurePools();
  const [pool, pods] = await Promise.all([poolReady('eu'), nodePods('eu')]);
  expect(pool.status?.readyReplicas).toBe(2);
  expect(pods).toHaveLength(2);
  expect(new Set(hostsOf(pods)).size).toBe(2);

  const id = await openMeeting('story', { title: 'A story' });
  const { status } = await getMeeting('story');
  expect(id).toMatch(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
  expect(status?.placements?.map(({ region }) => region).toSorted()).toEqual(['eu', 'us']);
  expect(status?.relays).toHaveLength(1);

  const table = await kubectl(['get', 'sfu,mtg', '--namespace', namespace]);
  expect(table).toMatch(/sfupool\S*\/eu +eu +2 +2 +\d+ +AllNodesReady/);
  expect(table).toMatch(/sfupool\S*\/us +us +1 +1 +\d+ +AllNodesReady/);
  expect(table).toMatch(new RegExp(String.raw`meeting\S*/story +Placed +${id} +0 +\S*eu-\d\S*us-\d\S* +\w+`));
});
