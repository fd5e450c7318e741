import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { calibrate } from '@parley/sfu-node/calibrate/calibrate.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

test(
  'measures this host with a real worker, and prints what an SFUPool takes as YAML',
  { timeout: 60_000 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'calibrate',
      '--seconds',
      '1',
      '--workers',
      '2',
    ]);
    const { capacity } = parse(stdout) as { capacity: Record<string, number> };
    expect(Object.keys(capacity)).toEqual(['participants', 'consumers', 'packetsPerSecond']);
    // From 2 to 200 µs a packet: anything else is no measurement.
    expect(capacity['packetsPerSecond']).toBeGreaterThan(8_000);
    expect(capacity['packetsPerSecond']).toBeLessThan(800_000);
    expect(capacity['consumers']).toBe(capacity['participants']! * 18);
  },
);

test('prints JSON when it is asked to', { timeout: 60_000 }, async () => {
  let text = '';
  await calibrate(['--seconds', '1', '--workers', '1', '--json'], (printed) => (text += printed));
  expect(JSON.parse(text)).toMatchObject({ workers: 1, capacity: { packetsPerSecond: expect.any(Number) as number } });
});

test('refuses what it does not know', async () => {
  await expect(calibrate(['--minutes', '1'], () => undefined)).rejects.toThrow('--minutes');
});
