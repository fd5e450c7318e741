import type { Meeting, MeetingPhase, MeetingStatus } from '@parley/crds/meeting.js';
import type { MeetingConditionType } from '@parley/crds/conditions.js';
import { meaningOf, type RefusalReason } from '@parley/crds/reasons.js';
import { addGathering } from '../load/gatherings.js';
import type { PlacedVerdict } from '../meeting/plan.js';
import type { MeetingTime } from '../schedule/occurrences.js';
import type { MeetingTopology } from '../topology/topology.js';
import { conditionsOf, timestampOf, type ConditionUpdate } from './conditions.js';
import { isSameJson } from './same-json.js';

export interface MeetingStatusInput {
  readonly meeting: Pick<Meeting, 'metadata' | 'spec'>;
  readonly previous: MeetingStatus | undefined;
  readonly topology: MeetingTopology;
  readonly verdict: PlacedVerdict;
  /** Why people wait, while they do. */
  readonly waitsFor: RefusalReason | undefined;
  /** Nodes that do not have the topology yet. */
  readonly unreachable: readonly string[];
  /** People in the meeting now, by node. */
  readonly participants: ReadonlyMap<string, number>;
  /** The most people at once of the last time that people were in it, as far as this leader has seen it. */
  readonly lastPeak: number;
  /** By its schedule; undefined: that was not worked out yet. */
  readonly time: MeetingTime | undefined;
  /** Of the join links, without a slash at the end; empty: no links. */
  readonly publicUrl: string;
  readonly nowMs: number;
}

export function phaseOf(topology: Pick<MeetingTopology, 'state'>, participants: number): MeetingPhase {
  return topology.state === 'Placed' && participants > 0 ? 'Active' : topology.state;
}

export function statusOfMeeting(input: MeetingStatusInput): MeetingStatus {
  const { topology, previous, meeting } = input;
  const participants = participantsOf(input);
  const phase = phaseOf(topology, participants.total);
  const startedAt = previous?.startedAt ?? (phase === 'Active' ? timestampOf(input.nowMs) : undefined);
  return {
    observedGeneration: meeting.metadata.generation,
    phase,
    meetingId: topology.meetingId,
    ...(input.publicUrl !== '' && { joinURL: `${input.publicUrl}/m/${topology.meetingId}` }),
    epoch: topology.epoch,
    nodes: topology.placements.map(({ node }) => node),
    placements: topology.placements.map(({ node, pool, region, participantLimit, viewersOnly }) => ({
      node,
      pool,
      region,
      participantLimit,
      ...(viewersOnly && { viewersOnly }),
    })),
    relays: topology.relays.map(({ dialer, listener, kind }) => ({ from: dialer, to: listener, kind })),
    ...(topology.taps.length > 0 && { taps: topology.taps.map(({ recorder, node }) => ({ recorder, node })) }),
    participants,
    ...gatheringsOf(input, phase),
    ...(startedAt !== undefined && { startedAt }),
    ...(phase === 'Ended' && {
      endedAt: previous?.endedAt ?? timestampOf(input.nowMs),
      endReason: 'EndedByHost' as const,
    }),
    conditions: [
      ...conditionsOf({
        previous: previous?.conditions ?? [],
        updates: [
          placedCondition(input),
          appliedCondition(input),
          ...roomCondition(input),
          ...scheduledCondition(input),
        ],
        observedGeneration: meeting.metadata.generation,
        nowMs: input.nowMs,
      }),
      ...scheduledAsBefore(input),
    ],
  };
}

/** One more when the last of those who were in it have left. A leader that came meanwhile has seen no more than what was written. */
function gatheringsOf(
  { previous, lastPeak, nowMs }: MeetingStatusInput,
  phase: MeetingPhase,
): Pick<MeetingStatus, 'gatherings'> {
  const before = previous?.gatherings ?? [];
  const hasEnded = previous?.phase === 'Active' && phase === 'Placed';
  const peak = Math.max(lastPeak, previous?.participants?.total ?? 0);
  const gatherings = hasEnded ? addGathering(before, { endedAt: timestampOf(nowMs), peak }) : before;
  return gatherings.length === 0 ? {} : { gatherings: [...gatherings] };
}

interface ParticipantCounts {
  total: number;
  regions: { region: string; participants: number }[];
}

function participantsOf({ topology, participants }: MeetingStatusInput): ParticipantCounts {
  const regions = new Map<string, number>();
  let total = 0;
  for (const { node, region } of topology.placements) {
    const here = participants.get(node) ?? 0;
    total += here;
    regions.set(region, (regions.get(region) ?? 0) + here);
  }
  return { total, regions: [...regions].toSorted().map(([region, count]) => ({ region, participants: count })) };
}

function placedCondition({ topology, verdict }: MeetingStatusInput): ConditionUpdate<MeetingConditionType> {
  const { reason, placed } = verdict;
  return { type: 'Placed', status: placed ? 'True' : 'False', reason, message: placedMessage(topology, verdict) };
}

function placedMessage(topology: MeetingTopology, { placed, reason, owing }: PlacedVerdict): string {
  const owed = owing.filter(({ pool }) => pool !== '').map((debt) => `${debt.pool}: ${meaningOf(debt.reason)}`);
  const on = topology.placements.map(({ node }) => node).join(', ');
  if (placed) return reason === 'Placed' ? `On ${on}.` : `${meaningOf(reason)} On ${on}.`;
  return [meaningOf(reason), ...(on === '' ? [] : [`On ${on}.`]), ...owed].join(' ');
}

function appliedCondition({ topology, unreachable }: MeetingStatusInput): ConditionUpdate<MeetingConditionType> {
  if (unreachable.length > 0) {
    const message = `${meaningOf('NodeUnreachable')} Waiting for ${unreachable.join(', ')}.`;
    return { type: 'Applied', status: 'False', reason: 'NodeUnreachable', message };
  }
  const reason = topology.placements.length > 0 || topology.state === 'Ended' ? 'Applied' : 'NotApplied';
  return { type: 'Applied', status: reason === 'Applied' ? 'True' : 'False', reason, message: meaningOf(reason) };
}

/** Absent for a meeting in which there always was room. */
function roomCondition({ waitsFor, previous, topology }: MeetingStatusInput): ConditionUpdate<MeetingConditionType>[] {
  if (waitsFor !== undefined && topology.state !== 'Ended') {
    const message = `People wait to be let in. ${meaningOf(waitsFor)}`;
    return [{ type: 'HasRoom', status: 'False', reason: waitsFor, message }];
  }
  if (previous?.conditions?.some(({ type }) => type === 'HasRoom') !== true) return [];
  return [{ type: 'HasRoom', status: 'True', reason: 'RoomAvailable', message: meaningOf('RoomAvailable') }];
}

function scheduledCondition({ time, meeting }: MeetingStatusInput): readonly ConditionUpdate<MeetingConditionType>[] {
  if (time === undefined || meeting.spec.schedule === undefined) return [];
  const type = 'Scheduled';
  switch (time.kind) {
    case 'Known': {
      const message = `From ${timestampOf(time.startMs)} to ${timestampOf(time.endMs)}.`;
      return [{ type, status: 'True', reason: 'ScheduleKnown', message }];
    }
    case 'Over':
      return [{ type, status: 'False', reason: 'ScheduleOver', message: meaningOf('ScheduleOver') }];
    case 'Unreadable':
      return [{ type, status: 'False', reason: 'ScheduleUnreadable', message: time.message }];
  }
}

/** A new leader works schedules out one after the other. Until then the condition says what it said. */
function scheduledAsBefore({ time, meeting, previous }: MeetingStatusInput): NonNullable<MeetingStatus['conditions']> {
  if (time !== undefined || meeting.spec.schedule === undefined || meeting.spec.ended) return [];
  return (previous?.conditions ?? []).filter(({ type }) => type === 'Scheduled');
}

/** Whether anything but the counts differs: that is written at once, counts within the cell's budget. */
export function isWrittenAtOnce(previous: MeetingStatus | undefined, next: MeetingStatus): boolean {
  if (previous === undefined) return true;
  return !isSameJson(withoutCounts(previous), withoutCounts(next));
}

export function isSameStatus(previous: MeetingStatus | undefined, next: MeetingStatus): boolean {
  return previous !== undefined && isSameJson(previous, next);
}

function withoutCounts(status: MeetingStatus): MeetingStatus {
  return { ...status, participants: {} };
}
