/** RTP as a browser sends it, made by GStreamer: packets with the times at which they were sent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface SentPacket {
  readonly rtp: Buffer;
  readonly sentMs: number;
}

const headerBytes = 62;
const isBuffer = 1;

export interface VideoOptions {
  readonly codec: 'vp8' | 'vp9' | 'h264';
  readonly seconds: number;
  readonly width?: number;
  readonly keyFrameEverySeconds?: number;
  readonly framesPerSecond?: number;
}

export async function videoPackets(options: VideoOptions): Promise<SentPacket[]> {
  const { codec, seconds, width = 320, keyFrameEverySeconds = 4, framesPerSecond = 15 } = options;
  const distance = String(keyFrameEverySeconds * framesPerSecond);
  const encoders = {
    vp8: `vp8enc deadline=1 cpu-used=8 keyframe-max-dist=${distance} ! rtpvp8pay`,
    vp9: `vp9enc deadline=1 cpu-used=8 keyframe-max-dist=${distance} ! rtpvp9pay`,
    h264: `openh264enc complexity=low gop-size=${distance} ! rtph264pay aggregate-mode=zero-latency config-interval=-1`,
  };
  const picture = `video/x-raw,width=${String(width)},height=${String((width * 9) / 16)},framerate=${String(framesPerSecond)}/1`;
  return packetsOf(
    `videotestsrc num-buffers=${String(seconds * framesPerSecond)} ! ${picture} ! ${encoders[codec]} mtu=1200 pt=96`,
  );
}

export function audioPackets({ seconds }: { readonly seconds: number }): Promise<SentPacket[]> {
  return packetsOf(
    `audiotestsrc num-buffers=${String(seconds * 50)} samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=96`,
  );
}

async function packetsOf(pipeline: string): Promise<SentPacket[]> {
  const child = spawn('gst-launch-1.0', ['-q', ...pipeline.split(' '), '!', 'gdppay', '!', 'fdsink', 'fd=1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${String(code)}`);
  return [...buffers(Buffer.concat(chunks))];
}

function* buffers(gdp: Buffer): Generator<SentPacket> {
  for (let at = 0; at < gdp.length;) {
    const length = gdp.readUInt32BE(at + 6);
    const payload = gdp.subarray(at + headerBytes, at + headerBytes + length);
    if (gdp.readUInt16BE(at + 4) === isBuffer)
      yield { rtp: Buffer.from(payload), sentMs: Number(gdp.readBigUInt64BE(at + 10)) / 1e6 };
    at += headerBytes + length;
  }
}
