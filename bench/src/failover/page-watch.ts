/** Notes in a page when what steps of coming back happen, so that it can be told where the time goes. */
import type { Page } from 'playwright-core';
import { z } from 'zod';

/** Date.now() of the first of each since it was asked for; undefined for what has not happened. */
export interface Steps {
  /** The page was told that its media is gone. */
  readonly toldMs?: number | undefined;
  /** Another node was entered. */
  readonly enteredMs?: number | undefined;
  /** A peer connection to it was connected. */
  readonly connectedMs?: number | undefined;
  /** A picture's first packet came. */
  readonly packetMs?: number | undefined;
}

const steps = z.object({
  toldMs: z.number().optional(),
  enteredMs: z.number().optional(),
  connectedMs: z.number().optional(),
  packetMs: z.number().optional(),
});

/** A script of the page, as its types are not this program's. */
const script = `(() => {
  const notes = (globalThis.parleyNotes = []);
  const note = (step) => notes.push({ step, atMs: Date.now() });
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (data.startsWith('{"type":"mediaReset"')) note('toldMs');
        else if (data.includes('"routerRtpCapabilities"')) note('enteredMs');
      });
    }
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') note('connectedMs');
      });
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') track.addEventListener('unmute', () => note('packetMs'), { once: true });
      });
    }
  };
})()`;

/** To be called before the page joins. */
export async function watchSteps(page: Page): Promise<void> {
  await page.evaluate(script);
}

export async function stepsSince(page: Page, sinceMs: number): Promise<Steps> {
  const first = `Object.fromEntries(parleyNotes.filter(({ atMs }) => atMs >= ${sinceMs}).toReversed().map(({ step, atMs }) => [step, atMs]))`;
  return steps.parse(await page.evaluate(first));
}
