import type { ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import { ParleyError } from '../parley-error.js';
import type { RequestBody } from './pending-requests.js';
import type { SendRequest } from '../media/media-transports.js';

export interface PersistentRequestPorts {
  readonly request: SendRequest;
  /** Resolves when there is a socket again, rejects when there won't be one. */
  untilConnected(): Promise<void>;
  /** Whether the request still makes sense. */
  isCurrent(): boolean;
}

/** A request that is sent again after a lost socket came back; only for requests that may be repeated. */
export function createPersistentRequest(ports: PersistentRequestPorts): SendRequest {
  return async <T extends ClientMessageType>(type: T, body: RequestBody<T>) => {
    for (;;) {
      if (!ports.isCurrent()) throw new ParleyError('MeetingClosed');
      try {
        return await ports.request(type, body);
      } catch (error) {
        if (ParleyError.from(error).code !== 'ConnectionLost') throw error;
        await ports.untilConnected();
      }
    }
  };
}
