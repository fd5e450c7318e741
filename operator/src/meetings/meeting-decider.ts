/** Decides on a meeting in memory: synchronous, so that a decision and what it builds on cannot be torn apart. */
import { meetingIdOf, type MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { expectedSizeOf } from '../core/load/gatherings.js';
import { planMeeting, type MeetingPlan } from '../core/meeting/plan.js';
import { recoverTopology } from '../core/meeting/recover.js';
import { settingsOf } from '../core/meeting/settings.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { CutNodes } from '../nodes/cut-nodes.js';
import type { Departures } from '../nodes/departures.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { NodeViews } from '../nodes/node-views.js';
import type { Rebalancer } from '../rebalance/rebalancer.js';
import type { TopologyFeed } from '../placement/topology-feed.js';
import type { MeetingRecorders } from './meeting-recorders.js';
import { nodeNameOf, type MeetingRecord, type MeetingStore } from './meeting-store.js';
import type { MeetingPasscodes } from './passcodes.js';
import { unseen } from './status-writer.js';

export interface MeetingDecider {
  /** Plans, keeps the plan, and publishes its topology if it changed. */
  decide(meeting: Meeting, passcodes: MeetingPasscodes): MeetingDecision;
}

export interface MeetingDecision {
  readonly record: MeetingRecord;
  readonly plan: MeetingPlan;
  /** Whether the meeting was placed, or refused, for another reason before. */
  readonly verdictChanged: boolean;
}

export interface MeetingDeciderDeps {
  readonly store: MeetingStore;
  readonly directory: Pick<NodeDirectory, 'holders' | 'meetingReport'>;
  readonly views: Pick<NodeViews, 'ofNamespace'>;
  readonly departures: Pick<Departures, 'of'>;
  readonly cuts: Pick<CutNodes, 'of'>;
  readonly rebalancer: Pick<Rebalancer, 'of'>;
  readonly recorders: Pick<MeetingRecorders, 'of'>;
  readonly pools: Pick<ObjectCache<SFUPool, 'namespace'>, 'byIndex'>;
  readonly feed: Pick<TopologyFeed, 'publish'>;
  readonly term: number;
}

export function createMeetingDecider(deps: MeetingDeciderDeps): MeetingDecider {
  const { store, directory, views, feed, term } = deps;

  const recover = (
    meeting: Meeting,
    meetingId: MeetingId,
    passcodes: MeetingPasscodes,
  ): MeetingTopology | undefined => {
    const { namespace, name } = meeting.metadata;
    const settings = settingsOf({
      identity: { namespace, name },
      spec: meeting.spec,
      ...passcodes,
      previous: undefined,
    });
    if (settings === undefined) return undefined;
    const nodes = views.ofNamespace(namespace);
    const reports = directory.holders(meetingId).map((key) => {
      const report = directory.meetingReport(key, meetingId);
      return { node: nodeNameOf(key), epoch: report?.epoch ?? 0, participants: report?.participants ?? 0 };
    });
    return recoverTopology({ meetingId, meeting, settings, nodes, reports });
  };

  return {
    decide: (meeting, passcodes) => {
      const { namespace, name, uid } = meeting.metadata;
      const meetingId = meetingIdOf(uid);
      const known = store.get(meetingId);
      const expectedParticipants = expectedSizeOf(meeting);
      const reservations = known?.reservations ?? new Map<string, never>();
      const plan = planMeeting({
        meetingId,
        identity: { namespace, name },
        spec: { ...meeting.spec, expectedParticipants },
        ...passcodes,
        previous: known?.topology ?? recover(meeting, meetingId, passcodes),
        nodes: views.ofNamespace(namespace),
        pools: new Set(deps.pools.byIndex('namespace', namespace).map((pool) => pool.metadata.name)),
        participants: store.participants({ meetingId, namespace, reservations }),
        departures: deps.departures.of(namespace, meetingId),
        reliefs: deps.rebalancer.of(namespace, meetingId),
        isCut: deps.cuts.of(namespace, meetingId),
        recorders: deps.recorders.of(objectKey(meeting.metadata)),
        term,
      });
      const record: MeetingRecord = {
        meetingId,
        key: objectKey(meeting.metadata),
        namespace,
        expectedParticipants,
        topology: plan.topology,
        verdict: plan.verdict,
        reservations,
        applied: known?.applied ?? new Map(),
        written: unseen(known?.written, meeting),
        refusal: known?.refusal,
        expired: known?.expired ?? false,
      };
      store.put(record);
      if (plan.changed) feed.publish(plan.topology);
      return { record, plan, verdictChanged: known?.verdict.reason !== plan.verdict.reason };
    },
  };
}
