import type { MediaService, RoomEvent } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { RpcMethods } from '@parley/proto/rpc-client.js';
import { lively } from './test-node.js';

type EventCase = Exclude<RoomEvent['event']['case'], undefined>;
type Events = { [E in RoomEvent['event'] as Exclude<E['case'], undefined>]: E['value'] };
type EventOf<C extends EventCase> = Events[C];

export interface RoomStream {
  readonly events: RoomEvent[];
  /** The first event of this kind, now or later, that satisfies the condition. */
  wait<C extends EventCase>(kind: C, condition?: (value: EventOf<C>) => boolean): Promise<EventOf<C>>;
  /** Settles when the stream ended, with its error if any. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

const waitMs = 10_000;

/** Watches a room as a signaling replica does. */
export function watchRoom(media: RpcMethods<typeof MediaService>, meetingId: string, signalingId = 's1'): RoomStream {
  const abort = new AbortController();
  const events: RoomEvent[] = [];
  const waiting = new Set<() => void>();
  const ended = (async (): Promise<undefined> => {
    for await (const event of media.watchRoom({ meetingId, signalingId }, { ...lively, signal: abort.signal })) {
      events.push(event);
      for (const look of waiting) look();
    }
  })().catch((error: unknown) => error);
  return {
    events,
    ended,
    stop: () => abort.abort(),
    wait<C extends EventCase>(kind: C, condition: (value: EventOf<C>) => boolean = () => true): Promise<EventOf<C>> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          const seen = events.map(({ event }) => event.case).join(', ');
          reject(new Error(`no ${kind} within ${waitMs} ms; seen: ${seen}`));
        }, waitMs);
        const look = (): void => {
          const found = events.find(({ event }) => event.case === kind && condition(event.value as EventOf<C>));
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found.event.value as EventOf<C>);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
