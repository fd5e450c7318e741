/**
 * From the click on Join to the first decoded picture of somebody else, in Chromium, with all of Parley's processes real. The
 * newcomer's page is loaded and prewarmed, as it is in the lobby, and joins a meeting in which one camera sends.
 */
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { pause, waitFor, waitUntil } from '@parley/e2e/deadline.js';
import { laptopCamera } from '../process/laptop-camera.js';
import { startLocalSystem } from '../process/local-system.js';
import { percentile, report } from '../report/figures.js';
import { pageTimesOf, watchPage } from './page-watch.js';

const joins = 20;
/** The first join after the start finds cold code; it is not counted. */
const warmUpJoins = 2;
const settleMs = 500;
const soon = { deadlineMs: 15_000, everyMs: 50 };

/** Each from the end of the one before; together they are the whole. */
interface Parts {
  readonly rest: number;
  readonly socket: number;
  readonly transports: number;
  readonly firstPacket: number;
  readonly firstFrame: number;
}

async function joinOnce(people: People, meetingId: string, name: string): Promise<Parts> {
  const newcomer = await people.come(name);
  try {
    await watchPage(newcomer.page);
    await newcomer.page.evaluate('globalThis.parleyParticipant.prepare()');
    await pause(settleMs);
    const { times } = await newcomer.enter({ meetingId, publish: [] });
    const {
      pictures: { firstAtMs: firstFrameMs },
    } = await waitUntil(
      `${name} sees the publisher`,
      soon,
      async () => ({
        pictures: await newcomer.pictures('Publisher/camera', times.startMs),
        view: await newcomer.view(),
        page: await newcomer.page.evaluate('globalThis.parleyBench'),
      }),
      ({ pictures }) => pictures.frames > 0,
    );
    const { connectedMs, processingMs } = await waitFor(`times of ${name}`, soon, () => pageTimesOf(newcomer.page));
    await newcomer.leave();
    return {
      rest: times.tokenMs - times.startMs,
      socket: times.welcomeMs - times.tokenMs,
      transports: connectedMs - times.welcomeMs,
      firstPacket: firstFrameMs - processingMs - connectedMs,
      firstFrame: processingMs,
    };
  } finally {
    await newcomer.close();
  }
}

const system = await startLocalSystem();
try {
  const meetingId = await system.openMeeting('join');
  const people = await startPeople([system.address]);
  try {
    const publisher = await people.come('Publisher', { devices: laptopCamera });
    await publisher.enter({ meetingId, publish: ['camera'] });
    const all: Parts[] = [];
    for (let index = 0; index < warmUpJoins + joins; index++) {
      const parts = await joinOnce(people, meetingId, `newcomer-${index}`);
      if (index >= warmUpJoins) all.push(parts);
    }
    const totals = all.map((parts) =>
      Object.values(parts as unknown as Record<string, number>).reduce((a, b) => a + b),
    );
    const middle = (part: keyof Parts): number =>
      percentile(
        all.map((parts) => parts[part]),
        0.5,
      );
    report(
      'join',
      {
        p50Ms: percentile(totals, 0.5),
        p95Ms: percentile(totals, 0.95),
        restP50Ms: middle('rest'),
        socketP50Ms: middle('socket'),
        transportsP50Ms: middle('transports'),
        firstPacketP50Ms: middle('firstPacket'),
        firstFrameP50Ms: middle('firstFrame'),
      },
      { p50Ms: '< 250', p95Ms: '< 250' },
    );
  } finally {
    await people.close();
  }
} finally {
  await system.close();
}
