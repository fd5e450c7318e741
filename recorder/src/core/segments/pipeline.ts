/** What GStreamer is told to do with one stream of a track: RTP with times in, a Matroska file for every few seconds out. */
import type { Codec } from '../../format/recording.js';
import type { TapStream } from '../../tap/tap-port.js';

/** Of a segment, as a rule; a video's ends at the key frame that was asked for then. */
export const segmentMs = 4_000;
/** Key frames that others asked for don't make a segment shorter than that. */
const shortestVideoMs = 3_500;

const depayloaders: Readonly<Record<Codec, readonly string[] | undefined>> = {
  opus: ['rtpopusdepay'],
  vp8: ['rtpvp8depay', 'wait-for-keyframe=true'],
  vp9: ['rtpvp9depay', 'wait-for-keyframe=true'],
  // Key frames carry their parameter sets: segments decode by themselves whatever the file's header says.
  h264: ['rtph264depay', 'wait-for-keyframe=true', '!', 'h264parse', 'config-interval=-1'],
  // GStreamer 1.22 has no depayloader for it.
  av1: undefined,
};

export function canRecord(codec: Codec): boolean {
  return depayloaders[codec] !== undefined;
}

/** Arguments of gst-launch-1.0. @param location of the files, with a number: `/work/%05d.mkv`. */
export function pipelineArguments(codec: Codec, location: string): string[] {
  const depayloader = depayloaders[codec];
  if (depayloader === undefined) throw new Error(`${codec} cannot be recorded`);
  const distanceMs = codec === 'opus' ? segmentMs : shortestVideoMs;
  return [
    ...['-m', '-v', 'fdsrc', 'fd=0', '!', 'gdpdepay', '!', ...depayloader],
    ...['!', 'matroskamux', 'streamable=true', '!', 'multifilesink', 'next-file=key-frame', 'post-messages=true'],
    ...[`min-keyframe-distance=${String(distanceMs * 1_000_000)}`, 'async=false', `location=${location}`],
  ];
}

const encodingNames: Readonly<Record<Codec, string>> = {
  opus: 'OPUS',
  vp8: 'VP8',
  vp9: 'VP9',
  h264: 'H264',
  av1: 'AV1',
};

export function rtpCaps(codec: Codec, { clockRate, payloadType, channels }: TapStream): string {
  const parts = [
    'application/x-rtp',
    `media=(string)${codec === 'opus' ? 'audio' : 'video'}`,
    `clock-rate=(int)${String(clockRate)}`,
    `encoding-name=(string)${encodingNames[codec]}`,
    `payload=(int)${String(payloadType)}`,
    ...(codec === 'opus' ? [`encoding-params=(string)${String(channels)}`, 'sprop-stereo=(string)1'] : []),
    ...(codec === 'h264' ? ['packetization-mode=(string)1'] : []),
  ];
  return parts.join(', ');
}
