/** Keeps what a meeting gets level with what this browser's microphone and camera give. Returns a function that stops it. */
import type { Meeting } from '@parley/sdk/meeting.js';
import type { LocalMedia, LocalSource } from '../local-media/local-media.js';

type Source = 'microphone' | 'camera';

export function publishLocalMedia(meeting: Meeting, media: LocalMedia): () => void {
  // One after the other for each source: the last wish wins.
  const queues: Record<Source, Promise<void>> = { microphone: Promise.resolve(), camera: Promise.resolve() };
  let stopped = false;

  async function level(source: Source): Promise<void> {
    if (stopped) return;
    const { muted, [source]: local } = media.state;
    const paused = local.kind !== 'On' || (source === 'microphone' && muted);
    if (local.kind === 'On') await meeting.publish(local.track, { source, paused });
    await meeting.setPaused(source, paused);
  }

  const known: Partial<Record<Source, readonly [LocalSource, boolean]>> = {};
  function changed(): void {
    for (const source of ['microphone', 'camera'] as const) {
      const { muted, [source]: local } = media.state;
      const [knownLocal, knownMuted] = known[source] ?? [];
      if (local === knownLocal && muted === knownMuted) continue;
      known[source] = [local, muted];
      // What fails is told by the meeting's own events.
      queues[source] = queues[source].then(() => level(source)).catch(() => undefined);
    }
  }

  const unsubscribe = media.subscribe(changed);
  changed();
  return () => {
    stopped = true;
    unsubscribe();
  };
}
