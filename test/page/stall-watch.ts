/** Whether the page itself ran: its cameras paint and its frames are read by timers and callbacks that may be starved. */
import type { Stall } from '@parley/e2e/probe/probe-contract.js';

const tickMs = 20;
const shortestMs = 60;
const kept = 2_000;
const seen: Stall[] = [];
let lastMs = Date.now();

setInterval(() => {
  const nowMs = Date.now();
  if (nowMs - lastMs > shortestMs) seen.push({ fromMs: lastMs, toMs: nowMs });
  if (seen.length > kept) seen.shift();
  lastMs = nowMs;
}, tickMs);

export function stalls(sinceMs: number): readonly Stall[] {
  return seen.filter(({ toMs }) => toMs >= sinceMs);
}
