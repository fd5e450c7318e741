import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { MeetingSettings, MeetingTopology } from '../topology/topology.js';

export interface MeetingIdentity {
  readonly namespace: string;
  readonly name: string;
}

/** What a passcode's Secret holds. */
export type Passcode =
  { readonly kind: 'None' } | { readonly kind: 'Missing' } | { readonly kind: 'Hashed'; readonly hash: string };

export interface SettingsInput {
  readonly identity: MeetingIdentity;
  readonly spec: MeetingSpec;
  readonly passcode: Passcode;
  readonly speakerPasscode: Passcode;
  readonly hostPasscode: Passcode;
  readonly previous: MeetingTopology | undefined;
}

/**
 * Undefined when a passcode is asked for and none is known: then nobody can join. A running meeting whose Secret has gone keeps its
 * passcode: to drop it would open the meeting, to stop would end the call. Without the hosts' people meet all the same, and nobody is a host.
 */
export function settingsOf(input: SettingsInput): MeetingSettings | undefined {
  const { identity, spec, previous } = input;
  const passcodeHash = hashOf(input.passcode, previous?.settings.passcodeHash);
  const speakerPasscodeHash = hashOf(input.speakerPasscode, previous?.settings.speakerPasscodeHash);
  if (passcodeHash === undefined || speakerPasscodeHash === undefined) return undefined;
  return {
    namespace: identity.namespace,
    name: identity.name,
    title: spec.title ?? identity.name,
    passcodeHash,
    webinar: spec.mode === 'Webinar',
    speakerPasscodeHash,
    hostPasscodeHash: hashOf(input.hostPasscode, previous?.settings.hostPasscodeHash) ?? '',
    maxParticipants: spec.maxParticipants,
    recordingAnnounced: spec.recording?.announce ?? false,
    recordable: spec.recording?.storage !== undefined && spec.recording.mode !== 'Off',
  };
}

function hashOf(passcode: Passcode, previous: string | undefined): string | undefined {
  switch (passcode.kind) {
    case 'None':
      return '';
    case 'Hashed':
      return passcode.hash;
    case 'Missing':
      return previous === undefined || previous === '' ? undefined : previous;
  }
}
