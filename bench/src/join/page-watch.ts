/** Watches the peer connections of a page: when one is connected, and when its first packet of pictures came. */
import type { Page } from 'playwright-core';
import { z } from 'zod';

/** Times are Date.now(). */
export interface PageTimes {
  readonly connectedMs: number;
  /** From the first packet of a picture until it was decoded, of the first pictures. */
  readonly processingMs: number;
}

const pageTimes = z.object({ connectedMs: z.number(), processingMs: z.number() });

/** A script of the page, as its types are not this program's. Statistics are asked for while the first picture is awaited only. */
const script = `(() => {
  const times = (globalThis.parleyBench = {});
  const lookEveryMs = 10;
  const watchPictures = async (receiver) => {
    for (;;) {
      for (const { type, framesDecoded, totalProcessingDelay } of (await receiver.getStats()).values()) {
        if (type !== 'inbound-rtp' || !(framesDecoded > 0)) continue;
        times.processingMs = (totalProcessingDelay / framesDecoded) * 1000;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') times.connectedMs ??= Date.now();
      });
      this.addEventListener('track', ({ track, receiver }) => {
        if (track.kind === 'video') void watchPictures(receiver);
      });
    }
  };
})()`;

/** To be called before the page joins. */
export async function watchPage(page: Page): Promise<void> {
  await page.evaluate(script);
}

/** Undefined until all is known. */
export async function pageTimesOf(page: Page): Promise<PageTimes | undefined> {
  return pageTimes.safeParse(await page.evaluate('globalThis.parleyBench')).data;
}
