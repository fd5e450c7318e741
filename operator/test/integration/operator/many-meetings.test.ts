import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuditLog } from './audit.js';
import { eventually } from './cluster-client.js';
import { createTestBed, type TestBed } from './test-bed.js';

const MEETINGS = 300;

describe('many meetings at once', () => {
  const audit = createAuditLog();
  let bed: TestBed;
  beforeAll(async () => {
    bed = await createTestBed(...audit.flags);
    await bed.createHost('host-a');
    bed.startOperator();
    await bed.createPool('eu', { region: 'eu', replicas: 2 });
    await bed.runPod('eu-0');
    await bed.runPod('eu-1');
    await eventually(async () => expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 2 }));
  });
  afterAll(async () => {
    await bed.close();
    audit.remove();
  });

  test('from creation to Placed, a meeting costs one write and no read', async () => {
    await Promise.all(Array.from({ length: MEETINGS }, (_, index) => bed.createMeeting(`meeting-${String(index)}`)));
    await eventually(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const meetings = await bed.cluster.list('/apis/parley.dev/v1alpha1/meetings');
      expect(meetings.filter(({ status }) => status?.['phase'] === 'Placed')).toHaveLength(MEETINGS);
    }, 60_000);
    const calls = audit.calls('admin').filter(({ resource }) => resource.startsWith('meetings'));
    expect(calls.filter(({ verb }) => verb === 'patch')).toHaveLength(MEETINGS);
    expect(calls.filter(({ verb }) => verb === 'get')).toEqual([]);
    expect(calls.filter(({ verb }) => verb === 'update')).toEqual([]);
  });
});
