/** From a camera to the decoded picture, in Chromium: on the sender's own node, and through a relay, at the same time. */
import { startPeople } from '@parley/e2e/browser/people.js';
import { pause } from '@parley/e2e/deadline.js';
import { laptopCamera } from '../process/laptop-camera.js';
import { startLocalSystem } from '../process/local-system.js';
import type { Figures } from '../report/figures.js';

/** Until the browsers' jitter buffers know their streams. */
const settleMs = 5_000;
const durationMs = 10_000;

export async function measurePictures(): Promise<Figures> {
  const system = await startLocalSystem({ regions: ['near', 'far'] });
  try {
    const meetingId = await system.openMeeting('pictures');
    const people = await startPeople([system.address]);
    try {
      const sender = await people.come('Sender', { devices: laptopCamera });
      await sender.enter({ meetingId, region: 'near' });
      const direct = await people.come('Direct');
      await direct.enter({ meetingId, region: 'near', publish: [] });
      const relayed = await people.come('Relayed');
      await relayed.enter({ meetingId, region: 'far', publish: [] });
      await Promise.all([direct.sees(sender), relayed.sees(sender)]);
      await pause(settleMs);
      const sinceMs = Date.now();
      await pause(durationMs);
      const [{ delay: directDelay }, { delay: relayedDelay }] = await Promise.all([
        direct.pictures('Sender/camera', sinceMs),
        relayed.pictures('Sender/camera', sinceMs),
      ]);
      if (directDelay === undefined || relayedDelay === undefined) throw new Error('no picture with a time code');
      return {
        pictureDirectP50Ms: directDelay.p50Ms,
        pictureDirectP95Ms: directDelay.p95Ms,
        pictureRelayedP50Ms: relayedDelay.p50Ms,
        pictureRelayedP95Ms: relayedDelay.p95Ms,
      };
    } finally {
      await people.close();
    }
  } finally {
    await system.close();
  }
}
