/** Fake nodes, many in one process; the benchmark starts several of these, and tells each which nodes are its own. */
import { startFakeNode, type FakeNode } from '@parley/operator/nodes/testing/fake-node.js';
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { tlsCredentials } from '@parley/proto/tls.js';
import type { FleetAnswer, FleetMessage } from './fleet-messages.js';

const [tlsDir = ''] = process.argv.slice(2);
const hourMs = 3_600_000;
/** One certificate for all: a node proves that it is one, not which. Hundreds of servers that took it anew would stand still for a second. */
const credentials = tlsCredentials(tlsDir, hourMs);
const nodes = new Set<FakeNode>();
const arriveWithinMs = 2_000;
let peoplePerMeeting = 0;
let taken = 0;

async function start(name: string, ip: string): Promise<void> {
  const peopled = new Set<string>();
  const onTaken = ({ meetingId, state }: Topology): void => {
    taken += 1;
    if (state === MeetingState.ENDED) peopled.delete(meetingId);
    if (state !== MeetingState.PLACED || peoplePerMeeting === 0 || peopled.has(meetingId)) return;
    peopled.add(meetingId);
    const arrive = (): void => {
      if (node.topologies.has(meetingId)) node.setParticipants(meetingId, peoplePerMeeting);
    };
    setTimeout(arrive, Math.random() * arriveWithinMs);
  };
  const node = await startFakeNode({ name, ip, credentials, onTaken });
  nodes.add(node);
}

function answer(message: FleetAnswer): void {
  process.send?.(message);
}

process.on('message', (message: FleetMessage) => {
  switch (message.kind) {
    case 'Start':
      void start(message.name, message.ip);
      return;
    case 'People':
      ({ peoplePerMeeting } = message);
      return;
    case 'Count':
      answer({ nodes: nodes.size, taken });
  }
});
process.on('disconnect', () => process.exit());
