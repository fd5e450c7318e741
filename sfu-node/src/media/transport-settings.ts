/**
 * Congestion control of clients' transports. mediasoup estimates by transport-cc (REMB as fallback) what a client can receive, and
 * gives it to consumers by their priorities, dropping layers; what a client may send is bounded here, by REMB and transport-cc.
 */
import type { types } from 'mediasoup';

/**
 * Enough for one good picture at once. mediasoup forgets the initial estimate when the first consumer comes before there is feedback,
 * begins at 30 kbit/s, and gives consumers more once a second only: the first picture would wait. A floor for the first moments holds it.
 */
const initialOutgoingBitsPerSecond = 1_000_000;
const initialFloorMs = 3_000;
/** The estimate never falls below this: audio and a small picture survive a bad spell. */
const minOutgoingBitsPerSecond = 150_000;
/** From one participant: camera with three layers, screen and audio. */
const maxIncomingBitsPerSecond = 12_000_000;
const maxDataMessageBytes = 256 * 1024;
const iceConsentTimeoutSeconds = 30;

export async function createClientTransport(
  router: types.Router,
  webRtcServer: types.WebRtcServer,
  direction: 'send' | 'receive',
): Promise<types.WebRtcTransport> {
  const transport = await router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    enableTcp: true,
    preferUdp: true,
    enableSctp: true,
    maxSendMessageSize: maxDataMessageBytes,
    maxReceiveMessageSize: maxDataMessageBytes,
    initialAvailableOutgoingBitrate: initialOutgoingBitsPerSecond,
    iceConsentTimeout: iceConsentTimeoutSeconds,
  });
  try {
    if (direction === 'send') await transport.setMaxIncomingBitrate(maxIncomingBitsPerSecond);
    else await holdInitialFloor(transport);
  } catch (error) {
    transport.close();
    throw error;
  }
  return transport;
}

async function holdInitialFloor(transport: types.WebRtcTransport): Promise<void> {
  await transport.setMinOutgoingBitrate(initialOutgoingBitsPerSecond);
  let timer: NodeJS.Timeout | undefined;
  transport.observer.on('dtlsstatechange', (state) => {
    if (state !== 'connected' || timer !== undefined) return;
    timer = setTimeout(() => {
      // Refused only by a transport that has closed meanwhile.
      transport.setMinOutgoingBitrate(minOutgoingBitsPerSecond).catch(() => undefined);
    }, initialFloorMs);
  });
  transport.observer.once('close', () => clearTimeout(timer));
}
