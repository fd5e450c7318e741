/**
 * Whether a node lives, by one stream for all that this replica has there. Law 1: signaling knows it by itself, so that people are moved
 * while the operator is away, too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@parley/process/backoff.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { watchSilence, type SilenceTimers } from '@parley/process/silence.js';
import type { MediaClient } from './node-channels.js';

export interface NodePulse {
  /** Why the node counts as lost; undefined while it does not. */
  readonly lost: RpcError | undefined;
  /** Called each time that the node is lost. Returns what ends it. */
  onLost(listener: (error: RpcError) => void): () => void;
  /** Called when one that was lost is heard of again. Returns what ends it. */
  onFound(listener: () => void): () => void;
  close(): void;
}

/** Nodes say something every 500 ms. */
export const nodeLostAfterMs = 1_500;
const streamIdleMs = 10 * nodeLostAfterMs;
const redialMs = 20;
const retry = { firstMs: 100, lastMs: 2_000 };
/** A node of the version before does not know of beats: its rooms' streams tell alone. */
const unknownRetryMs = 30_000;

const timers: SilenceTimers = {
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

export function followNode(media: MediaClient): NodePulse {
  const stop = new AbortController();
  const listeners = new Set<(error: RpcError) => void>();
  const foundListeners = new Set<() => void>();
  let lost: RpcError | undefined;

  const declareLost = (error: RpcError): void => {
    if (stop.signal.aborted) return;
    lost = error;
    for (const listener of [...listeners]) listener(error);
  };
  /** Reads one stream until it breaks or falls silent. */
  const listen = async (): Promise<{ readonly heard: boolean; readonly error: RpcError }> => {
    const silence = watchSilence(timers, nodeLostAfterMs);
    const signal = AbortSignal.any([stop.signal, silence.signal]);
    let heard = false;
    try {
      const beats = media.watchNode({}, { idleTimeoutMs: streamIdleMs, signal })[Symbol.asyncIterator]();
      while ((await beats.next()).done !== true) {
        silence.heard();
        heard = true;
        if (lost === undefined) continue;
        lost = undefined;
        for (const listener of [...foundListeners]) listener();
      }
      return { heard, error: new RpcError('UNAVAILABLE', 'the node ended the stream') };
    } catch (thrown) {
      if (!silence.signal.aborted) return { heard, error: RpcError.from(thrown) };
      return {
        heard: false,
        error: new RpcError('UNAVAILABLE', `the node was silent for ${String(nodeLostAfterMs)} ms`),
      };
    } finally {
      silence.close();
    }
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      const { heard, error } = await listen();
      const isUnknown = error.code === 'UNIMPLEMENTED';
      if (!heard && !isUnknown && lost === undefined) declareLost(error);
      // A stream may break while its node is well: it is dialled once more, almost at once, before the node is given up.
      const pauseMs = heard ? redialMs : isUnknown ? unknownRetryMs : backoffMs(retry, failures, Math.random());
      failures = heard ? 0 : failures + 1;
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  void run();

  return {
    get lost() {
      return lost;
    },
    onLost: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onFound: (listener) => {
      foundListeners.add(listener);
      return () => foundListeners.delete(listener);
    },
    close: () => {
      stop.abort();
      listeners.clear();
      foundListeners.clear();
    },
  };
}
