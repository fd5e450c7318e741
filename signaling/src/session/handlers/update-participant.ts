import { formatAttachment } from '../../core/roster/attachment.js';
import { mediaFailure } from '../media-failure.js';
import type { RequestHandler } from './request-handler.js';

export const updateParticipant: RequestHandler<'updateParticipant'> = async ({ session, entering }, message) => {
  const media = session.requireMedia();
  const request = { ...media.seat, name: message.name, metadataJson: formatAttachment(session.attachment) };
  await media.room.media.updateParticipant(request, media.callOptions()).catch((error: unknown) => {
    throw mediaFailure(error, 'MediaResetPending');
  });
  session.rename(message.name);
  const { token, expiresAtMs } = await entering.tokens.issue('resume', session.seat);
  session.gate.send({ type: 'resumeToken', resumeToken: token, expiresAtMs });
  return {};
};
