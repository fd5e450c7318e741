/**
 * Redis, which may be away at any time (law 1): nothing queues for it, no command takes longer than its deadline, and after a
 * failure nobody asks again for a moment.
 */
import { backoffMs } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import { Redis } from 'ioredis';

const commandDeadlineMs = 300;
const pauseAfterFailureMs = 1_000;
const reconnect = { firstMs: 200, lastMs: 2_000 };

export interface RedisConnection {
  /** Undefined when Redis did not answer: the caller goes on without. */
  run<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined>;
  /** Messages of a channel, for as long as Redis is there. */
  subscribe(channel: string, onMessage: (message: string) => void): void;
  /** Called on each (re)connection of the subscriber: what was published meanwhile was missed. */
  onConnected(listener: () => void): void;
  readonly ready: boolean;
  close(): void;
}

export function connectRedis(url: string, log: Logger): RedisConnection {
  const commands = client(url, log);
  const subscriber = client(url, log);
  let pausedUntilMs = 0;
  const ready = (): boolean => commands.status === 'ready' && Date.now() >= pausedUntilMs;
  return {
    run: async (command) => {
      if (!ready()) return undefined;
      try {
        return await command(commands);
      } catch (error) {
        pausedUntilMs = Date.now() + pauseAfterFailureMs;
        log.warn({ err: error }, 'redis did not answer; going on without');
        return undefined;
      }
    },
    subscribe: (channel, onMessage) => {
      const subscribe = (): void => {
        subscriber.subscribe(channel).catch((error: unknown) => {
          log.warn({ err: error, channel }, 'redis subscription failed');
          subscriber.disconnect(true);
        });
      };
      if (subscriber.status === 'ready') subscribe();
      subscriber.on('ready', subscribe);
      subscriber.on('message', (from, message) => {
        if (from === channel) onMessage(message);
      });
    },
    onConnected: (listener) => {
      subscriber.on('ready', listener);
    },
    get ready() {
      return ready();
    },
    close: () => {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}

function client(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    commandTimeout: commandDeadlineMs,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => backoffMs(reconnect, attempt - 1, Math.random()),
  });
  redis.on('error', (error: Error) => {
    log.debug({ err: error }, 'redis connection failed');
  });
  redis.on('ready', () => {
    log.info('redis is connected');
  });
  redis.on('close', () => {
    log.info('redis is disconnected');
  });
  return redis;
}
