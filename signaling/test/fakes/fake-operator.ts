/** The operator's Placement service in memory, over real gRPC. */
import { create, isMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  PlacementService,
  type TopologyEventSchema,
  type TurnServerSchema,
} from '@parley/proto/gen/parley/v1/placement_pb.js';
import { RecordingsService, type RecordingSummarySchema } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import {
  type EndReason,
  MeetingState,
  PlacementSchema,
  TopologySchema,
  type Topology,
} from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import type { FakeNode } from './fake-node.js';

type EventInit = MessageInitShape<typeof TopologyEventSchema>;

type RecordingInit = MessageInitShape<typeof RecordingSummarySchema> & { name: string };

type PlacementInit = MessageInitShape<typeof PlacementSchema>;

export interface FakeOperator {
  readonly address: string;
  readonly placeCalls: number;
  /** A standby refuses everything. */
  leading: boolean;
  /** How many more people Place finds room for; others are refused with `refusal`. */
  room: number;
  refusal: string;
  /** Tells that people who were refused may ask again. */
  tellRoom(meetingId: string): void;
  /** Publishes the topology with the next epoch. */
  set(topology: MessageInitShape<typeof TopologySchema> & { meetingId: string }): Topology;
  /** What a Place adds, in order of preference, when the caller avoids what is there. */
  offer(meetingId: string, placements: readonly PlacementInit[]): void;
  remove(meetingId: string, reason: EndReason): void;
  setTurnServers(servers: readonly MessageInitShape<typeof TurnServerSchema>[]): void;
  /** By meeting; hosts begin, stop and delete them. */
  readonly recordings: Map<string, RecordingInit[]>;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

export function aPlacement(node: FakeNode, region: string, participantLimit = 100): PlacementInit & { node: string } {
  return {
    node: node.name,
    pool: 'pool',
    region,
    participantLimit,
    grpcAddress: node.address,
    announcedAddresses: ['127.0.0.1'],
  };
}

export async function startFakeOperator(): Promise<FakeOperator> {
  const topologies = new Map<string, Topology>();
  const spare = new Map<string, readonly PlacementInit[]>();
  const streams = new Set<MessageQueue<EventInit>>();
  const state = { leading: true, placeCalls: 0, epoch: 0, refusal: 'NoCapacity', room: Infinity };
  let turnServers: readonly MessageInitShape<typeof TurnServerSchema>[] = [];

  const publish = (event: EventInit): void => {
    for (const stream of streams) stream.push(event);
  };
  const refuse = (): void => {
    if (!state.leading) throw new RpcError('FAILED_PRECONDITION', 'not the leader');
  };
  const set = (init: MessageInitShape<typeof TopologySchema>): Topology => {
    state.epoch += 1;
    const fence = { term: 1, epoch: state.epoch };
    const topology = isMessage(init, TopologySchema)
      ? { ...init, ...fence }
      : create(TopologySchema, { state: MeetingState.PLACED, ...fence, ...init });
    topologies.set(topology.meetingId, topology);
    publish({ topology });
    return topology;
  };
  const service = rpcService({
    service: PlacementService,
    allow: ['signaling'],
    handlers: {
      place: async ({ meetingId, participantIds, region, avoidNodes }) => {
        refuse();
        state.placeCalls += 1;
        let topology = topologies.get(meetingId);
        if (topology === undefined) throw new RpcError('NOT_FOUND', `no meeting ${meetingId}`);
        if (state.room === 0) throw new RpcError('RESOURCE_EXHAUSTED', `${state.refusal}: none has room`);
        state.room -= 1;
        const more = (spare.get(meetingId) ?? []).filter(({ node }) => !avoidNodes.includes(node ?? ''));
        const wanted = more.find((placement) => placement.region === region) ?? more[0];
        if (wanted !== undefined && !topology.placements.some(({ node }) => node === wanted.node)) {
          const kept = topology.placements.filter(({ node }) => !avoidNodes.includes(node));
          topology = set({
            ...topology,
            epoch: state.epoch + 1,
            placements: [...kept, create(PlacementSchema, wanted)],
          });
        }
        const usable = topology.placements.filter(({ node }) => !avoidNodes.includes(node));
        const chosen = usable.find((placement) => placement.region === region) ?? usable[0];
        if (chosen === undefined) throw new RpcError('RESOURCE_EXHAUSTED', 'NoNodeHasRoom');
        return Promise.resolve({
          topology,
          placements: participantIds.map((participantId) => ({
            participantId,
            node: chosen.node,
            reason: 'KeptOnNode',
          })),
        });
      },
      watchTopologies: async function* (_request, { signal }) {
        refuse();
        const queue = createMessageQueue<EventInit>(10_000);
        queue.push({ turnServers: { servers: [...turnServers] } });
        for (const topology of topologies.values()) queue.push({ topology });
        queue.push({ synced: true });
        streams.add(queue);
        const keepAlive = setInterval(() => queue.push({}), 1_000);
        signal.addEventListener('abort', () => {
          queue.end();
        });
        try {
          yield* queue;
        } finally {
          clearInterval(keepAlive);
          streams.delete(queue);
        }
      },
    },
  });
  const recordings = new Map<string, RecordingInit[]>();
  const ofMeeting = (meetingId: string): RecordingInit[] => {
    refuse();
    const found = recordings.get(meetingId);
    if (found === undefined) throw new RpcError('NOT_FOUND', 'there is no such meeting');
    return found;
  };
  const named = (meetingId: string, name: string): RecordingInit => {
    const found = ofMeeting(meetingId).find((recording) => recording.name === name);
    if (found === undefined) throw new RpcError('NOT_FOUND', 'the meeting has no such recording');
    return found;
  };
  const recordingsService = rpcService({
    service: RecordingsService,
    allow: ['signaling'],
    handlers: {
      startRecording: ({ meetingId }) => {
        if (topologies.get(meetingId)?.settings?.recordable !== true)
          return Promise.resolve({ refusal: 'RecordingOff' });
        const name = `recording-${String(ofMeeting(meetingId).length + 1)}`;
        ofMeeting(meetingId).unshift({ name, phase: 'Starting', fromTemplate: true, createdAtMs: 1n });
        return Promise.resolve({ name });
      },
      stopRecording: ({ meetingId }) => {
        const going = ofMeeting(meetingId).filter(({ phase }) => phase === 'Starting');
        for (const recording of going) recording.phase = 'Finalizing';
        return Promise.resolve({ names: going.map(({ name }) => name) });
      },
      listRecordings: ({ meetingId }) => Promise.resolve({ recordings: ofMeeting(meetingId) }),
      deleteRecording: ({ meetingId, name }) => {
        const gone = named(meetingId, name);
        recordings.set(
          meetingId,
          ofMeeting(meetingId).filter((recording) => recording !== gone),
        );
        return Promise.resolve({});
      },
      linkRecordingOutput: ({ meetingId, recording, output }) => {
        const { outputs = [] } = named(meetingId, recording);
        if (!outputs.some(({ key = '' }) => key.endsWith(`/outputs/${output}`)))
          throw new RpcError('NOT_FOUND', 'the recording has no such output');
        return Promise.resolve(
          output.startsWith('tracks/')
            ? { refusal: 'RecordingOnVolume', message: 'It is on a volume.' }
            : { url: `https://store.example.org/${output}?signed`, expiresAtMs: 4_000n },
        );
      },
    },
  });
  const start = (address: string): ReturnType<typeof startRpcServer> =>
    startRpcServer({ address, credentials: insecureCredentials(), services: [service, recordingsService] });
  let server = await start('127.0.0.1:0');
  const address = `127.0.0.1:${String(server.port)}`;
  return {
    address,
    get placeCalls() {
      return state.placeCalls;
    },
    get leading() {
      return state.leading;
    },
    set leading(leading) {
      state.leading = leading;
      if (!leading) for (const stream of streams) stream.end(new RpcError('FAILED_PRECONDITION', 'not the leader'));
    },
    get room() {
      return state.room;
    },
    set room(room) {
      state.room = room;
    },
    get refusal() {
      return state.refusal;
    },
    set refusal(refusal) {
      state.refusal = refusal;
    },
    tellRoom: (meetingId) => {
      publish({ roomMeetingIds: [meetingId] });
    },
    set,
    offer: (meetingId, placements) => {
      spare.set(meetingId, placements);
    },
    remove: (meetingId, endReason) => {
      const topology = topologies.get(meetingId);
      if (topology === undefined) return;
      topologies.delete(meetingId);
      publish({ topology: { ...topology, state: MeetingState.ENDED, endReason }, removed: true });
    },
    setTurnServers: (servers) => {
      turnServers = servers;
      publish({ turnServers: { servers: [...servers] } });
    },
    recordings,
    stop: () => server.close(0),
    restart: async () => {
      server = await start(address);
    },
  };
}
