import { TransportDirection } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { TransportDirection as ClientDirection } from '../../protocol/client-messages.js';

export function directionOf(direction: ClientDirection): TransportDirection {
  return direction === 'send' ? TransportDirection.SEND : TransportDirection.RECEIVE;
}
