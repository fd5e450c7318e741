/** Keeps a relay's stream open from the dialing side: connects, and connects again with backoff and jitter until it is closed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import type { RelayPlan } from './core/relay/plan-relays.js';
import type { PeerChannels, RelayClient } from './peer-channels.js';
import type { EndReason } from './relay-metrics.js';
import type { RelayRunner } from './relay-runner.js';
import type { RelayStream } from './relay-stream.js';
import { retryDelayMs, type RelayTiming } from './relay-timing.js';

export interface RelayDialerOptions {
  readonly runner: RelayRunner;
  readonly address: string;
  readonly channels: PeerChannels;
  readonly timing: RelayTiming;
  readonly log: Logger;
}

/** The dialer that a relay has by a new plan: the one that it has, where that dials the same address. */
export function redial(
  { runner, dialer }: { readonly runner: RelayRunner; readonly dialer: RelayDialer | undefined },
  plan: RelayPlan,
  { channels, timing, log }: Pick<RelayDialerOptions, 'channels' | 'timing' | 'log'>,
): RelayDialer | undefined {
  if (plan.dials && dialer?.address === plan.address) {
    dialer.retryNow();
    return dialer;
  }
  dialer?.close();
  return plan.dials
    ? new RelayDialer({ runner, address: plan.address, channels, timing, log: log.child({ peer: plan.peer.node }) })
    : undefined;
}

export class RelayDialer {
  readonly address: string;
  readonly #options: RelayDialerOptions;
  readonly #abort = new AbortController();
  #waiting: AbortController | undefined;

  constructor(options: RelayDialerOptions) {
    this.#options = options;
    this.address = options.address;
    void this.#run();
  }

  /** A topology came: what refused us may let us in now. */
  retryNow(): void {
    this.#waiting?.abort();
  }

  close(): void {
    this.#abort.abort();
    this.#waiting?.abort();
  }

  async #run(): Promise<void> {
    const { runner, channels, timing } = this.#options;
    let connection = channels.acquire(this.address);
    try {
      for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
        const stream = runner.open('Dialer');
        const closed = (): void => stream.end('Closed');
        this.#abort.signal.addEventListener('abort', closed);
        const { reason, stood } = await this.#follow(stream, connection.client.connect);
        this.#abort.signal.removeEventListener('abort', closed);
        stream.end(reason);
        if (stood) attempt = 0;
        if (stream.endReason === 'Silent') {
          connection.distrust();
          connection.release();
          connection = channels.acquire(this.address);
        }
        await this.#wait(retryDelayMs(attempt, timing, Math.random));
      }
    } finally {
      connection.release();
    }
  }

  /** Until the stream ends; @returns why, and whether it had stood. */
  async #follow(stream: RelayStream, connect: RelayClient['connect']): Promise<{ reason: EndReason; stood: boolean }> {
    const { runner, timing, log } = this.#options;
    let stood = false;
    try {
      const { signal } = stream;
      for await (const { message } of connect(stream.outgoing, { idleTimeoutMs: timing.silenceMs, signal })) {
        if (stood) {
          runner.receive(stream, message);
          continue;
        }
        if (message.case !== 'hello' || runner.judge(message.value, undefined) !== undefined) {
          return { reason: 'Refused', stood };
        }
        stood = true;
        runner.accept(stream);
      }
      return { reason: 'Closed', stood };
    } catch (error) {
      const failure = RpcError.from(error);
      log.debug({ code: failure.code, reason: failure.message }, 'relay stream failed');
      return { reason: endReason(failure), stood };
    }
  }

  async #wait(delayMs: number): Promise<void> {
    this.#waiting = new AbortController();
    if (!this.#abort.signal.aborted) {
      await sleep(delayMs, undefined, { signal: this.#waiting.signal }).catch(() => undefined);
    }
    this.#waiting = undefined;
  }
}

function endReason({ code }: RpcError): EndReason {
  switch (code) {
    case 'FAILED_PRECONDITION':
    case 'PERMISSION_DENIED':
      return 'Refused';
    case 'DEADLINE_EXCEEDED':
      return 'Silent';
    case 'CANCELLED':
    case 'ABORTED':
      return 'Closed';
    default:
      return 'Unreachable';
  }
}
