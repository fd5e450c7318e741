/** Passcodes from their Secrets, hashed. Secrets are read one by one, never listed or watched: that right would open all of them. */
import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { Meeting, MeetingSpec } from '@parley/crds/meeting.js';
import type { Passcode, SettingsInput } from '../core/meeting/settings.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { KubeError } from '../kube/kube-error.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { SECRETS, secretText } from '../resources/secret-resource.js';

/** A changed passcode is taken over within this. */
export const PASSCODE_MAX_AGE_MS = 60_000;

/** Those of one meeting. */
export type MeetingPasscodes = Pick<SettingsInput, 'passcode' | 'speakerPasscode' | 'hostPasscode'>;

const NONE: Passcode = { kind: 'None' };

export const NO_PASSCODES: MeetingPasscodes = { passcode: NONE, speakerPasscode: NONE, hostPasscode: NONE };

export function asksForPasscodes(spec: MeetingSpec): boolean {
  const { passcodeSecretRef, speakerPasscodeSecretRef, hostPasscodeSecretRef } = spec;
  return [passcodeSecretRef, speakerPasscodeSecretRef, hostPasscodeSecretRef].some((ref) => ref !== undefined);
}

export interface Passcodes {
  /** @throws KubeError when a Secret cannot be read now and never could. */
  of(meeting: Meeting, signal: AbortSignal): Promise<MeetingPasscodes>;
  forget(meetingUid: string): void;
}

export interface PasscodesDeps {
  readonly reader: Pick<ObjectWriter, 'get'>;
  readonly clock: Clock;
  readonly metrics: OperatorMetrics;
}

interface KnownPasscode {
  readonly source: string;
  readonly version: string;
  readonly passcode: Passcode;
  readonly readAtMs: number;
}

/** What a passcode is for, as its salt names it. */
type Purpose = 'passcode' | 'speaker-passcode' | 'host-passcode';

export function createPasscodes(deps: PasscodesDeps): Passcodes {
  const known: Readonly<Record<Purpose, Map<string, KnownPasscode>>> = {
    passcode: new Map(),
    'speaker-passcode': new Map(),
    'host-passcode': new Map(),
  };

  const read = async (asked: AskedPasscode, before: KnownPasscode | undefined): Promise<KnownPasscode> => {
    const { purpose, reference, meeting, signal } = asked;
    const source = sourceOf(reference);
    const readAtMs = deps.clock.monotonicMs();
    const secret = await deps.reader.get(
      SECRETS,
      { namespace: meeting.metadata.namespace, name: reference.name },
      { signal, deadlineMs: 3_000 },
    );
    const version = `${secret?.metadata.uid ?? ''}/${secret?.metadata.resourceVersion ?? ''}`;
    if (before?.source === source && before.version === version) return { ...before, readAtMs };
    const text = secretText(secret, reference.key)?.trim() ?? '';
    if (text === '') return { source, version, passcode: { kind: 'Missing' }, readAtMs };
    deps.metrics.passcodeHashes.inc();
    const passcode: Passcode = { kind: 'Hashed', hash: await hashPasscode(text, `${purpose}/${meeting.metadata.uid}`) };
    return { source, version, passcode, readAtMs };
  };
  const passcodeOf = async (asked: AskedPasscode): Promise<Passcode> => {
    const ofPurpose = known[asked.purpose];
    const { uid } = asked.meeting.metadata;
    const before = ofPurpose.get(uid);
    const isFresh =
      before?.source === sourceOf(asked.reference) && deps.clock.monotonicMs() - before.readAtMs < PASSCODE_MAX_AGE_MS;
    if (isFresh) return before.passcode;
    try {
      const now = await read(asked, before);
      ofPurpose.set(uid, now);
      return now.passcode;
    } catch (error) {
      if (error instanceof KubeError && before?.passcode.kind === 'Hashed') return before.passcode;
      throw error;
    }
  };

  return {
    of: async (meeting, signal) => {
      const { passcodeSecretRef, speakerPasscodeSecretRef, hostPasscodeSecretRef } = meeting.spec;
      const ask = (purpose: Purpose, reference: SecretRef | undefined): Promise<Passcode> | Passcode =>
        reference === undefined ? NONE : passcodeOf({ purpose, reference, meeting, signal });
      const [passcode, speakerPasscode, hostPasscode] = await Promise.all([
        ask('passcode', passcodeSecretRef),
        ask('speaker-passcode', speakerPasscodeSecretRef),
        ask('host-passcode', hostPasscodeSecretRef),
      ]);
      return { passcode, speakerPasscode, hostPasscode };
    },
    forget: (meetingUid) => {
      for (const ofPurpose of Object.values(known)) ofPurpose.delete(meetingUid);
    },
  };
}

type SecretRef = NonNullable<MeetingSpec['passcodeSecretRef']>;

interface AskedPasscode {
  readonly purpose: Purpose;
  readonly reference: SecretRef;
  readonly meeting: Meeting;
  readonly signal: AbortSignal;
}

function sourceOf({ name, key }: SecretRef): string {
  return `${name}/${key}`;
}

/**
 * argon2id, with a salt that the meeting's uid gives: it differs from meeting to meeting, and by purpose, and another leader comes to the same
 * hash, so that a change of leaders changes no topology.
 */
async function hashPasscode(passcode: string, use: string): Promise<string> {
  const salt = createHash('sha256').update(`parley.dev/${use}`).digest().subarray(0, 16);
  return hash(passcode, {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
    salt,
  });
}
