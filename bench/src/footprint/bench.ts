/** Memory of operator, node and signaling: at rest, and what meetings and participants add to it. */
import { pause } from '@parley/e2e/deadline.js';
import { enterBySocket, type SocketParticipant } from '@parley/e2e/light/socket-participant.js';
import { startLocalSystem, type LocalSystem } from '../process/local-system.js';
import { report } from '../report/figures.js';
import { createOpusStream } from '../rtp/streams.js';

const meetings = 300;
const participants = 200;
const perMeeting = 10;
/** Code that runs for the first time takes memory once; that is no growth. */
const warmUpMeetings = 20;
const warmUpParticipants = 20;
const settleMs = 3_000;

const processes = ['operator', 'node', 'signaling'] as const;
type Memory = Readonly<Record<(typeof processes)[number], number>>;

async function memoryOf(system: LocalSystem): Promise<Memory> {
  await pause(settleMs);
  const [operator, node, signaling] = await Promise.all(processes.map((name) => system[name].memoryMiB()));
  return { operator: operator ?? 0, node: node ?? 0, signaling: signaling ?? 0 };
}

async function openMeetings(system: LocalSystem, prefix: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += perMeeting) {
    const names = Array.from({ length: Math.min(perMeeting, count - from) }, (_, index) => `${prefix}-${from + index}`);
    ids.push(...(await Promise.all(names.map((name) => system.openMeeting(name)))));
  }
  return ids;
}

/** Ten in each meeting; each sends a microphone, and hears the others'. */
async function fill(address: string, meetingIds: readonly string[], count: number): Promise<SocketParticipant[]> {
  const entered: SocketParticipant[] = [];
  for (const meetingId of meetingIds.slice(0, count / perMeeting)) {
    const here: SocketParticipant[] = [];
    const producerIds: string[] = [];
    for (let index = 0; index < perMeeting; index++) {
      const participant = await enterBySocket({ address, meetingId, name: `participant-${index}` });
      here.push(participant);
      producerIds.push(await participant.produceMicrophone(createOpusStream().rtpParameters));
    }
    await Promise.all(
      here.map((participant, index) => participant.consume(producerIds.filter((_, other) => other !== index))),
    );
    entered.push(...here);
  }
  return entered;
}

const system = await startLocalSystem();
const entered: SocketParticipant[] = [];
try {
  const rest = await memoryOf(system);
  const first = await openMeetings(system, 'warm', warmUpMeetings);
  entered.push(...(await fill(system.address, first, warmUpParticipants)));
  const warm = await memoryOf(system);
  const ids = await openMeetings(system, 'meeting', meetings);
  const withMeetings = await memoryOf(system);
  entered.push(...(await fill(system.address, ids, participants)));
  const withParticipants = await memoryOf(system);
  const fields = processes.flatMap((name): [string, number][] => [
    [`${name}RestMiB`, rest[name]],
    [`${name}Per100MeetingsMiB`, ((withMeetings[name] - warm[name]) * 100) / meetings],
    [`${name}Per100ParticipantsMiB`, ((withParticipants[name] - withMeetings[name]) * 100) / participants],
  ]);
  report('footprint', Object.fromEntries(fields));
} finally {
  for (const participant of entered) participant.close();
  await system.close();
}
