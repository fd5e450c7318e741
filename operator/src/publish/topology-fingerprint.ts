import { hash } from 'node:crypto';
import type { MeetingSettings, MeetingTopology, Placement, Relay, Tap } from '../core/topology/topology.js';

const LENGTH = 16;
type All<T> = Readonly<Record<keyof T, true>>;

/** Everything that a node is told but for term and epoch; a field that is missing here does not compile. */
const topology: All<Omit<MeetingTopology, 'term' | 'epoch'>> = {
  meetingId: true,
  state: true,
  endReason: true,
  settings: true,
  placements: true,
  relays: true,
  taps: true,
};
const settings: All<MeetingSettings> = {
  title: true,
  passcodeHash: true,
  speakerPasscodeHash: true,
  hostPasscodeHash: true,
  webinar: true,
  maxParticipants: true,
  recordingAnnounced: true,
  recordable: true,
  namespace: true,
  name: true,
};
const placement: All<Placement> = {
  node: true,
  pool: true,
  region: true,
  participantLimit: true,
  grpcAddress: true,
  announcedAddresses: true,
  draining: true,
  staying: true,
  viewersOnly: true,
};
const relay: All<Relay> = { dialer: true, listener: true, kind: true };
const tap: All<Tap> = { recorder: true, node: true };
/** In this order, whatever the order of an object's own. */
const FIELDS = Object.keys({ ...topology, ...settings, ...placement, ...relay, ...tap });

/** Each is asked for again and again. */
const known = new WeakMap<MeetingTopology, string>();

/** Of all that a node is told but for term and epoch: two that are the same say the same. */
export function topologyFingerprint(decided: MeetingTopology): string {
  let fingerprint = known.get(decided);
  if (fingerprint === undefined) {
    fingerprint = hash('sha256', JSON.stringify(decided, FIELDS), 'base64url').slice(0, LENGTH);
    known.set(decided, fingerprint);
  }
  return fingerprint;
}
