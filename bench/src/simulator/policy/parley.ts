/**
 * Parley's own code, as signaling and the operator run it: the topology first, then the operator, with its memory of meetings. What
 * is here is what their shells do around it.
 */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { createMeetingDecider } from '@parley/operator/meetings/meeting-decider.js';
import { createMeetingStore, nodeKey, type MeetingRecord } from '@parley/operator/meetings/meeting-store.js';
import { NO_PASSCODES } from '@parley/operator/meetings/passcodes.js';
import { createDepartures } from '@parley/operator/nodes/departures.js';
import { decidePlacement, type DecidePlacementDeps } from '@parley/operator/placement/decide-placement.js';
import { createRebalancer } from '@parley/operator/rebalance/rebalancer.js';
import type { Placement as PlacementMessage } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { choosePlacement } from '@parley/signaling/core/placement/choose-placement.js';
import type { ActiveMeeting, Cell } from '../cell.js';
import { addDuration, createDurations } from '../durations.js';
import { REGIONS } from '../workload/parameters.js';
import { createMeetingObjects, NAMESPACE } from './meeting-objects.js';
import { createOperatorFleet } from './parley-fleet.js';
import { createNodeReports } from './parley-reports.js';
import type { Leaving, Placer, PlaceRequest, Policy } from './policy.js';

const REPORT_MS = 500;

export const PARLEY: Policy = { name: 'parley', title: 'Parley', reportMs: REPORT_MS, start: startPlacer };

function startPlacer(cell: Cell): Placer {
  const { names, rowOf } = cell.names;
  const keys = names.map((name) => nodeKey(NAMESPACE, name));
  const rowOfKey = (key: string): number => rowOf(key.slice(NAMESPACE.length + 1));
  const objects = createMeetingObjects(cell);
  const idOf = (meeting: number): MeetingId => objects.idOf(meeting);
  const clock = { monotonicMs: () => cell.nowMs };
  const reports = createNodeReports(cell, { keyOf: (node) => keys[node] ?? '', idOf });
  const directory = {
    holders: reports.holders,
    meetingReport: (node: string, id: string) => ({
      term: 1,
      epoch: 1,
      participants: reports.participants(node, id),
      fingerprint: '',
      unreachable: [],
    }),
  };
  const store = createMeetingStore(directory, clock);
  const operator = createOperatorFleet(cell, (node) => store.comingOn(keys[node] ?? ''));
  store.onComing((key) => {
    operator.changed(rowOfKey(key));
  });
  const views = {
    ofNamespace: () => {
      store.settle();
      return operator.fleet;
    },
    noteJoins: (key: string) => operator.placed(rowOfKey(key)),
  };
  /** Every two nodes reach each other. */
  const cuts = { of: () => () => false };
  const placing: DecidePlacementDeps = { store, views, cuts, clock };
  const departures = createDepartures();
  const rebalancer = createRebalancer({ store, views, clock });
  const decider = createMeetingDecider({
    store,
    directory,
    views,
    departures,
    cuts,
    rebalancer,
    recorders: { of: () => [] },
    pools: { byIndex: () => [] },
    feed: { publish: () => undefined },
    term: 1,
  });
  const durations = createDurations();

  const hearReports = (): void => {
    reports.hear({
      arrived: (node, meeting, people) => {
        store.noteArrivals(idOf(meeting), names[node] ?? '', people);
      },
      reported: (node) => {
        operator.reported(node);
        rebalancer.reported(keys[node] ?? '');
      },
    });
  };
  const decide = (meeting: Meeting): MeetingRecord => decider.decide(meeting, NO_PASSCODES).record;

  const fromTopology = (record: MeetingRecord, meeting: ActiveMeeting, wish: PlaceRequest): number | undefined => {
    // Signaling has the topology as a message; it holds the same.
    const placements = record.topology.placements as unknown as PlacementMessage[];
    const participantsByNode = new Map(meeting.parts.map(({ node, people }) => [names[node] ?? '', people]));
    const region = REGIONS[wish.region]?.name ?? '';
    const choice = choosePlacement(
      { placements },
      { region, viewer: false, avoidNodes: avoided(wish), participantsByNode },
    );
    return choice.type === 'Use' ? rowOf(choice.placement.node) : undefined;
  };
  const avoided = ({ avoid }: PlaceRequest): ReadonlySet<string> =>
    new Set(avoid === undefined ? [] : [names[avoid] ?? '']);
  const askOperator = (id: number, request: PlaceRequest): number | undefined => {
    const known = store.get(idOf(id));
    const meeting = objects.of(id);
    const record = known === undefined || known.topology.state === 'Pending' ? decide(meeting) : known;
    const decision = decidePlacement(placing, {
      meeting,
      record,
      request: {
        participantIds: [String(request.participant)],
        region: REGIONS[request.region]?.name ?? '',
        avoidNodes: [...avoided(request)],
        viewers: false,
      },
    });
    return decision.kind === 'Refused' ? undefined : rowOf(decision.plan.participants[0]?.node ?? '');
  };
  const leavingOf = ({ topology }: MeetingRecord, meeting: ActiveMeeting): Leaving[] =>
    topology.placements.flatMap(({ node: name, draining, staying }): Leaving[] => {
      const node = rowOf(name);
      const people = meeting.parts.find((part) => part.node === node)?.people ?? 0;
      return draining && people > staying ? [{ meeting, node, people: people - staying }] : [];
    });

  return {
    durations,
    place: (meeting, request) => {
      const record = store.get(idOf(meeting.id));
      const known = record && fromTopology(record, meeting, request);
      if (known !== undefined) return known;
      hearReports();
      const startMs = performance.now();
      const node = askOperator(meeting.id, request);
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
      objects.forget(meeting.id);
    },
    nodeLost: (_node, meetings) => {
      hearReports();
      for (const meeting of meetings) decide(objects.of(meeting.id));
    },
    vacate: (node, meeting) => {
      hearReports();
      departures.migrate({ node: keys[node] ?? '', uid: '' }, [idOf(meeting.id)]);
      const { topology } = decide(objects.of(meeting.id));
      const left = topology.placements.find((placement) => placement.node === names[node]);
      return left === undefined || left.draining;
    },
    nodeChanged: (node) => {
      if (cell.fleet.states[node] !== 'Closing') departures.keepOnly(keys[node] ?? '', undefined);
      operator.changed(node);
    },
    rebalance: () => {
      hearReports();
      return [...rebalancer.step().changed].flatMap((meetingId) => {
        const id = objects.numberOf(meetingId);
        const meeting = id === undefined ? undefined : cell.meetings.get(id);
        if (meeting === undefined) return [];
        return [{ meeting, leaving: leavingOf(decide(objects.of(meeting.id)), meeting) }];
      });
    },
  };
}
