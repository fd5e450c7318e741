import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { MediaKind, ProducerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { expect, it } from 'vitest';
import { trackOf } from './track-of.js';

const camera = {
  id: 'c',
  participantId: 'ann',
  kind: MediaKind.VIDEO,
  source: 'camera',
  mimeType: 'video/H264',
} satisfies MessageInitShape<typeof ProducerSchema>;

it.each<readonly [string, MessageInitShape<typeof ProducerSchema>, object | undefined]>([
  ['a camera', {}, { id: 'c', participantId: 'ann', kind: 'video', source: 'camera', codec: 'h264', muted: false }],
  [
    'a muted microphone',
    { kind: MediaKind.AUDIO, source: 'microphone', mimeType: 'audio/opus', paused: true },
    { kind: 'audio', source: 'microphone', codec: 'opus', muted: true },
  ],
  ['no chat', { kind: MediaKind.DATA, source: 'chat', mimeType: '' }, undefined],
  ['no codec that nobody writes', { mimeType: 'video/H265' }, undefined],
  ['no source that nobody shows', { source: 'hologram' }, undefined],
])('of a meeting %s is recorded', (_, change, track) => {
  const found = trackOf(create(ProducerSchema, { ...camera, ...change }));
  if (track === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(track);
});
