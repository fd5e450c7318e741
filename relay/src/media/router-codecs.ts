/** The codecs that every router speaks. One list for all rooms, so that a client's capabilities hold on each node. */
import type { types } from 'mediasoup';

export const routerCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
  h264('42e01f'), // constrained baseline: hardware and Safari
  h264('4d001f'), // main
  h264('640032'), // high
];

function h264(profileLevelId: string): types.RouterRtpCodecCapability {
  return {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 },
  };
}
