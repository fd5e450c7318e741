/** Passcodes from their Secrets, hashed. Secrets are read one by one, never listed or watched: that right would open all of them. */
import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { Meeting } from '@parley/crds/meeting.js';
import type { Passcode } from '../core/meeting/settings.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { KubeError } from '../kube/kube-error.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { SECRETS, secretText } from '../resources/secret-resource.js';

/** A changed passcode is taken over within this. */
export const PASSCODE_MAX_AGE_MS = 60_000;

export interface Passcodes {
  /** @throws KubeError when the Secret cannot be read now and never could. */
  of(meeting: Meeting, signal: AbortSignal): Promise<Passcode>;
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

export function createPasscodes(deps: PasscodesDeps): Passcodes {
  const known = new Map<string, KnownPasscode>();

  const read = async (
    meeting: Meeting,
    before: KnownPasscode | undefined,
    signal: AbortSignal,
  ): Promise<KnownPasscode> => {
    const { passcodeSecretRef: reference } = meeting.spec;
    const source = sourceOf(meeting);
    const readAtMs = deps.clock.monotonicMs();
    const secret = await deps.reader.get(
      SECRETS,
      { namespace: meeting.metadata.namespace, name: reference?.name ?? '' },
      { signal, deadlineMs: 3_000 },
    );
    const version = `${secret?.metadata.uid ?? ''}/${secret?.metadata.resourceVersion ?? ''}`;
    if (before?.source === source && before.version === version) return { ...before, readAtMs };
    const text = secretText(secret, reference?.key ?? '')?.trim() ?? '';
    if (text === '') return { source, version, passcode: { kind: 'Missing' }, readAtMs };
    deps.metrics.passcodeHashes.inc();
    const passcode: Passcode = { kind: 'Hashed', hash: await hashPasscode(text, meeting.metadata.uid) };
    return { source, version, passcode, readAtMs };
  };

  return {
    of: async (meeting, signal) => {
      const { uid } = meeting.metadata;
      if (meeting.spec.passcodeSecretRef === undefined) return { kind: 'None' };
      const before = known.get(uid);
      const isFresh =
        before?.source === sourceOf(meeting) && deps.clock.monotonicMs() - before.readAtMs < PASSCODE_MAX_AGE_MS;
      if (isFresh) return before.passcode;
      try {
        const now = await read(meeting, before, signal);
        known.set(uid, now);
        return now.passcode;
      } catch (error) {
        if (error instanceof KubeError && before?.passcode.kind === 'Hashed') return before.passcode;
        throw error;
      }
    },
    forget: (meetingUid) => {
      known.delete(meetingUid);
    },
  };
}

function sourceOf({ spec: { passcodeSecretRef } }: Meeting): string {
  return `${passcodeSecretRef?.name ?? ''}/${passcodeSecretRef?.key ?? ''}`;
}

/**
 * argon2id, with a salt that the meeting's uid gives: it differs from meeting to meeting, and another leader comes to the same
 * hash, so that a change of leaders changes no topology.
 */
async function hashPasscode(passcode: string, meetingUid: string): Promise<string> {
  const salt = createHash('sha256').update(`parley.dev/passcode/${meetingUid}`).digest().subarray(0, 16);
  return hash(passcode, {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
    salt,
  });
}
