/** Who is shown as speaking: who began stays for a while, however short their word was. */
import type { TimelineEvent } from '../../format/recording.js';

export const speakerHeldMs = 2_000;

export interface SpeakerChange {
  readonly fromMs: number;
  readonly participantId: string;
}

/** In silence the last one stays. */
export function heldSpeakers(events: readonly TimelineEvent[], heldMs: number = speakerHeldMs): SpeakerChange[] {
  const changes: SpeakerChange[] = [];
  let waiting: SpeakerChange | undefined;
  const settleUntil = (atMs: number): void => {
    if (waiting === undefined || waiting.fromMs > atMs) return;
    changes.push(waiting);
    waiting = undefined;
  };
  for (const event of events) {
    if (event.type !== 'ActiveSpeaker') continue;
    settleUntil(event.atMs);
    const { participantId, atMs } = event;
    const current = changes.at(-1);
    waiting = undefined;
    if (participantId === undefined || participantId === current?.participantId) continue;
    const freeMs = current === undefined ? 0 : current.fromMs + heldMs;
    waiting = { fromMs: Math.max(atMs, freeMs), participantId };
    settleUntil(atMs);
  }
  settleUntil(Infinity);
  return changes;
}

/** When each first spoke. */
export function firstWords(events: readonly TimelineEvent[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'ActiveSpeaker' && event.participantId !== undefined && !first.has(event.participantId))
      first.set(event.participantId, event.atMs);
  }
  return first;
}
