/**
 * Parley's own code, as signaling and the operator run it: the topology first, then the operator, with its memory of meetings. What
 * is here is what their shells do around it.
 */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { MeetingSpec } from '@parley/crds/meeting.js';
import { planMeeting } from '@parley/operator/core/meeting/plan.js';
import type { Departure } from '@parley/operator/core/pool/world.js';
import { createMeetingStore, nodeKey, type MeetingRecord } from '@parley/operator/meetings/meeting-store.js';
import { decidePlacement, type DecidePlacementDeps } from '@parley/operator/placement/decide-placement.js';
import type { Placement as PlacementMessage } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { choosePlacement } from '@parley/signaling/core/placement/choose-placement.js';
import type { ActiveMeeting, Cell } from '../cell.js';
import { addDuration, createDurations } from '../durations.js';
import { REGIONS } from '../workload/parameters.js';
import { createOperatorFleet } from './parley-fleet.js';
import { createNodeReports } from './parley-reports.js';
import type { Placer, PlaceRequest, Policy } from './policy.js';

const REPORT_MS = 500;
const NAMESPACE = 'default';
/** The CRD's defaults. */
const DEFAULT_EXPECTED = 10;
const DEFAULT_MAX = 100;
const NO_DEPARTURES: ReadonlyMap<string, Departure> = new Map();

export const PARLEY: Policy = { name: 'parley', title: 'Parley', reportMs: REPORT_MS, start: startPlacer };

function startPlacer(cell: Cell): Placer {
  const { names, rowOf } = cell.names;
  const keys = names.map((name) => nodeKey(NAMESPACE, name));
  const reports = createNodeReports(cell, { keyOf: (node) => keys[node] ?? '', idOf });
  const store = createMeetingStore(
    {
      holders: reports.holders,
      meetingReport: (node, id) => ({
        term: 1,
        epoch: 1,
        participants: reports.participants(node, id),
        fingerprint: '',
      }),
    },
    { monotonicMs: () => cell.nowMs },
  );
  const operator = createOperatorFleet(cell, (node) => store.comingOn(keys[node] ?? ''));
  store.onComing((key) => {
    operator.changed(rowOf(key.slice(NAMESPACE.length + 1)));
  });
  const placing: DecidePlacementDeps = {
    store,
    views: {
      ofNamespace: () => operator.fleet,
      noteJoins: (key) => operator.placed(rowOf(key.slice(NAMESPACE.length + 1))),
    },
    clock: { monotonicMs: () => cell.nowMs },
  };
  const pools = new Set(REGIONS.map(({ name }) => name));
  const durations = createDurations();

  const hearReports = (): void => {
    reports.hear({
      arrived: (node, meeting, people) => {
        store.noteArrivals(idOf(meeting), names[node] ?? '', people);
      },
      reported: operator.reported,
    });
  };
  const decide = (
    meeting: ActiveMeeting,
    departures: ReadonlyMap<string, Departure> = NO_DEPARTURES,
  ): MeetingRecord => {
    const known = store.get(idOf(meeting.id));
    const meetingId = idOf(meeting.id);
    const reservations = known?.reservations ?? new Map<string, never>();
    const spec = specOf(cell, meeting);
    store.settle();
    const { topology, verdict } = planMeeting({
      meetingId,
      identity: { namespace: NAMESPACE, name: String(meeting.id) },
      spec,
      passcode: { kind: 'None' },
      previous: known?.topology,
      nodes: operator.fleet,
      pools,
      participants: store.participants({ meetingId, namespace: NAMESPACE, reservations }),
      departures,
      term: 1,
    });
    const record: MeetingRecord = {
      meetingId,
      key: nodeKey(NAMESPACE, String(meeting.id)),
      namespace: NAMESPACE,
      expectedParticipants: spec.expectedParticipants,
      topology,
      verdict,
      reservations,
      applied: new Map(),
      written: undefined,
      expired: false,
    };
    store.put(record);
    return record;
  };

  const fromTopology = (record: MeetingRecord, meeting: ActiveMeeting, region: string): number | undefined => {
    // Signaling has the topology as a message; it holds the same.
    const placements = record.topology.placements as unknown as PlacementMessage[];
    const participantsByNode = new Map(meeting.parts.map(({ node, people }) => [names[node] ?? '', people]));
    const choice = choosePlacement({ placements }, { region, avoidNodes: new Set(), participantsByNode });
    return choice.type === 'Use' ? rowOf(choice.placement.node) : undefined;
  };
  const askOperator = (meeting: ActiveMeeting, { participant, region }: PlaceRequest): number | undefined => {
    const known = store.get(idOf(meeting.id));
    const record = known === undefined || known.topology.state === 'Pending' ? decide(meeting) : known;
    store.settle();
    const decision = decidePlacement(placing, {
      meeting: { spec: specOf(cell, meeting) },
      record,
      request: { participantIds: [String(participant)], region: REGIONS[region]?.name ?? '', avoidNodes: [] },
    });
    return decision.kind === 'Refused' ? undefined : rowOf(decision.plan.participants[0]?.node ?? '');
  };

  return {
    durations,
    place: (meeting, request) => {
      const record = store.get(idOf(meeting.id));
      const known = record && fromTopology(record, meeting, REGIONS[request.region]?.name ?? '');
      if (known !== undefined) return known;
      hearReports();
      const startMs = performance.now();
      const node = askOperator(meeting, request);
      addDuration(durations, performance.now() - startMs);
      return node;
    },
    nodesOf: (meeting) => {
      const topology = store.get(idOf(meeting.id))?.topology;
      return {
        nodes: (topology?.placements ?? []).map(({ node }) => rowOf(node)),
        relays: topology?.relays ?? [],
      };
    },
    counted: reports.changed,
    ended: (meeting) => {
      store.delete(idOf(meeting.id));
    },
    nodeLost: (_node, meetings) => {
      hearReports();
      for (const meeting of meetings) decide(meeting);
    },
    vacate: (node, meeting) => {
      hearReports();
      const { topology } = decide(meeting, new Map([[names[node] ?? '', 'Migrate']]));
      const left = topology.placements.find((placement) => placement.node === names[node]);
      return left === undefined || left.draining;
    },
    nodeChanged: operator.changed,
  };
}

function idOf(meeting: number): MeetingId {
  return String(meeting) as MeetingId;
}

function specOf(cell: Cell, { id, announced }: ActiveMeeting): MeetingSpec {
  const size = cell.workload.meetings.size[id] as number;
  return {
    pools: [],
    expectedParticipants: announced === 0 ? DEFAULT_EXPECTED : announced,
    maxParticipants: Math.max(DEFAULT_MAX, 2 * size),
    ended: false,
  };
}
