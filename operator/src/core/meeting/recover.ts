/**
 * What a new leader takes over: the placements that the status tells of, and the nodes that hold people of the meeting, as the last
 * leader may have placed them without having come to write it down.
 */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { roomOfNamed } from '../placement/candidate.js';
import type { Fleet } from '../placement/fleet.js';
import { planMeetingRelays } from '../topology/meeting-relays.js';
import type { MeetingSettings, MeetingTopology, Placement, Relay } from '../topology/topology.js';
import { placementOn } from './draft.js';

export interface ReportedMeeting {
  readonly node: string;
  readonly epoch: number;
  readonly participants: number;
}

export interface RecoveryInput {
  readonly meetingId: MeetingId;
  readonly meeting: Pick<Meeting, 'spec' | 'status'>;
  readonly settings: MeetingSettings;
  readonly nodes: Fleet;
  readonly reports: readonly ReportedMeeting[];
}

/** Undefined for a meeting that nobody has decided on. Its term is 0, below every leader's. */
export function recoverTopology(input: RecoveryInput): MeetingTopology | undefined {
  const { meeting, reports } = input;
  const { status } = meeting;
  const epoch = Math.max(status?.epoch ?? 0, ...reports.map((report) => report.epoch));
  if (epoch === 0) return undefined;
  const base = { meetingId: input.meetingId, term: 0, epoch, settings: input.settings };
  if (status?.phase === 'Ended')
    return {
      ...base,
      state: 'Ended',
      endReason: status.endReason ?? 'EndedByHost',
      placements: [],
      relays: [],
      taps: [],
    };
  const opens = mayHaveOpened(input);
  const written = (status?.placements ?? []).map((placement) => fromStatus(placement, input, opens));
  const known = new Set(written.map(({ node }) => node));
  const unwritten = reports
    .filter(({ node, participants }) => participants > 0 && !known.has(node))
    .toSorted((a, b) => (a.node < b.node ? -1 : 1))
    .flatMap(({ node: name }) => {
      const node = input.nodes.get(name);
      return node === undefined ? [] : [placementOn(node, meeting.spec)];
    });
  const placements = [...written, ...unwritten];
  const previous = relaysOf(status);
  const roomOf = (name: string): number => roomOfNamed(input.nodes, name);
  const isAsWritten = unwritten.length === 0 && !opens;
  const relays = isAsWritten ? previous : planMeetingRelays({ placements, previous, roomOf, isCut: () => false });
  return {
    ...base,
    epoch: isAsWritten ? epoch : epoch + 1,
    state: placements.length > 0 ? 'Placed' : 'Pending',
    endReason: undefined,
    placements,
    relays,
    taps: status?.taps ?? [],
  };
}

/**
 * Where nodes have a newer topology than the status, viewers' nodes may have become speakers' meanwhile: then speakers may be on any.
 */
function mayHaveOpened({ meeting: { status }, reports }: RecoveryInput): boolean {
  if (status?.placements?.some(({ viewersOnly }) => viewersOnly) !== true) return false;
  return reports.some(({ epoch }) => epoch > (status.epoch ?? 0));
}

function fromStatus(
  written: NonNullable<NonNullable<Meeting['status']>['placements']>[number],
  input: RecoveryInput,
  opens: boolean,
): Placement {
  const node = input.nodes.get(written.node);
  const viewersOnly = written.viewersOnly === true && !opens;
  if (node !== undefined && node.grpcAddress !== '') return { ...placementOn(node, input.meeting.spec), viewersOnly };
  return { ...written, viewersOnly, grpcAddress: '', announcedAddresses: [], draining: false, staying: 0 };
}

function relaysOf(status: Meeting['status']): readonly Relay[] {
  return (status?.relays ?? []).map(({ from, to, kind }) => ({ dialer: from, listener: to, kind }));
}
