import type { ClientMessageOf, ClientMessageType } from '../../protocol/client-messages.js';
import type { ResponseData } from '../../protocol/responses.js';
import type { MeetingRecordings } from '../../recordings/meeting-recordings.js';
import type { EnterMeetingDeps } from '../enter-meeting.js';
import type { Session } from '../session.js';
import type { WelcomeOptions } from '../welcome.js';

export interface HandlerContext {
  readonly session: Session;
  readonly entering: EnterMeetingDeps &
    Pick<WelcomeOptions, 'tokens' | 'ice'> & { readonly recordings: Pick<MeetingRecordings, 'start' | 'stop'> };
}

/** @throws RequestFailure, or an RpcError that becomes one. */
export type RequestHandler<T extends ClientMessageType> = (
  context: HandlerContext,
  message: ClientMessageOf<T>,
) => Promise<ResponseData[T]>;
