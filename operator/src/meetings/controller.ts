import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { ReconcileContext, ReconcileResult, Reconcile } from '../kube/controller-loop.js';
import type { ObjectCache } from '../kube/object-cache.js';
import { announceMeetingPlan, type AnnounceDeps } from './announce.js';
import { applyTopology, type ApplyDeps } from './apply.js';
import { WAITING_MS } from './meeting-store.js';
import type { MeetingDecider } from './meeting-decider.js';
import { asksForPasscodes, PASSCODE_MAX_AGE_MS, type Passcodes } from './passcodes.js';
import { removeMeeting, type RemoveDeps } from './remove.js';
import { writeMeetingStatus, type StatusWriterDeps } from './status-writer.js';
import { expireMeeting } from './time-to-live.js';

export interface MeetingControllerDeps extends ApplyDeps, RemoveDeps, StatusWriterDeps, AnnounceDeps {
  readonly meetings: ObjectCache<Meeting>;
  readonly decider: MeetingDecider;
  readonly passcodes: Passcodes;
  readonly onDecided: (key: string) => void;
}

/** A node that could not be told is tried again after so long, if nothing happens before. */
const UNREACHABLE_RETRY_MS = 1_000;
/** Room for the people of a node that is to go is looked for again after so long: that people leave others is no event. */
const DRAIN_RETRY_MS = 5_000;
/** A node that leads from one to the other may have come, or what was remembered may be over. */
const CUT_OFF_RETRY_MS = 5_000;

/** Meeting → plan → topology → nodes → status: one status write from creation to Placed, and no finalizer. */
export function createMeetingReconciler(deps: MeetingControllerDeps): Reconcile {
  return async (key, context) => {
    const meeting = deps.meetings.get(key);
    const known = deps.store.byKey(key);
    const isSame = meeting !== undefined && known?.meetingId === meetingIdOf(meeting.metadata.uid);
    // Deleted, or deleted and made anew under its name.
    if (known !== undefined && !isSame) await removeMeeting(deps, known, context);
    const result = meeting === undefined ? {} : await reconcileMeeting(deps, meeting, context);
    deps.onDecided(key);
    return result;
  };
}

async function reconcileMeeting(
  deps: MeetingControllerDeps,
  meeting: Meeting,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const passcodes = await deps.passcodes.of(meeting, context.signal);
  const decision = deps.decider.decide(meeting, passcodes);
  const { record } = decision;
  announceMeetingPlan(deps, { meeting, decision, log: context.log });
  const outcome = await applyTopology(deps, record, context);
  const status = await writeMeetingStatus(deps, { meeting, record, outcome, signal: context.signal });
  const expiresInMs = await expireMeeting(deps, { meeting, status, context });
  const waits = [
    ...(outcome.unreachable.length + outcome.untold.length > 0 ? [UNREACHABLE_RETRY_MS] : []),
    ...(record.verdict.reason === 'DrainWaits' ? [DRAIN_RETRY_MS] : []),
    ...(record.verdict.reason === 'NodesCutOff' ? [CUT_OFF_RETRY_MS] : []),
    ...(record.refusal === undefined ? [] : [WAITING_MS]),
    ...(asksForPasscodes(meeting.spec) ? [PASSCODE_MAX_AGE_MS] : []),
    ...(expiresInMs === undefined ? [] : [expiresInMs]),
  ];
  return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
}
