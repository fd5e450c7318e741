/** `calibrate [--seconds N] [--workers N] [--json]`: what this host takes, to be put into an SFUPool. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { capacityOfHost } from '../core/calibrate/capacity-of-host.js';
import { measureForwarding } from './measure-forwarding.js';

const options = z.object({
  seconds: z.coerce.number().min(1).max(60).default(5),
  workers: z.coerce.number().int().min(1).max(64).optional(),
  json: z.boolean().default(false),
});

/** @throws Error on arguments that it doesn't know. */
export async function calibrate(args: readonly string[], print: (text: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string' }, workers: { type: 'string' }, json: { type: 'boolean' } },
  });
  const { seconds, workers = availableParallelism(), json } = options.parse(values);
  const cost = await measureForwarding(seconds);
  const capacity = capacityOfHost(cost, workers);
  const usPerPacket = Number(((cost.cpuMs * 1_000) / cost.packets).toFixed(2));
  if (json) {
    print(`${JSON.stringify({ capacity, workers, usPerPacket })}\n`);
    return;
  }
  print(
    [
      `# Measured: ${usPerPacket} µs of a worker's CPU for each packet; for ${workers} workers at 80 %, in meetings of ten.`,
      `# Add bytesPerSecond, what the host's network gives a node: that can't be measured from inside.`,
      'capacity:',
      ...Object.entries(capacity).map(([name, value]) => `  ${name}: ${value}`),
      '',
    ].join('\n'),
  );
}
