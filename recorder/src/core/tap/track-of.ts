/** What of a meeting's producers is recorded. */
import { MediaKind, type Producer } from '@parley/proto/gen/parley/v1/media_pb.js';
import { codecs, trackSources, type Codec, type TrackSource } from '../../format/recording.js';
import type { TapTrack } from '../../tap/tap-port.js';

/** Undefined for data, and for what a recording knows nothing of. */
export function trackOf(producer: Producer): TapTrack | undefined {
  const { id, participantId, kind, source, mimeType, paused } = producer;
  const codec = codecs.find((known): known is Codec => known === mimeType.split('/')[1]?.toLowerCase());
  const known = trackSources.find((name): name is TrackSource => name === source);
  if (codec === undefined || known === undefined) return undefined;
  switch (kind) {
    case MediaKind.AUDIO:
      return { id, participantId, kind: 'audio', source: known, codec, muted: paused };
    case MediaKind.VIDEO:
      return { id, participantId, kind: 'video', source: known, codec, muted: paused };
    default:
      return undefined;
  }
}
