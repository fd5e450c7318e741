/** Where a client's words enter: text to a checked message, or to the error that it gets. */
import { z } from 'zod';
import { clientMessage, type ClientMessage } from '../protocol/client-messages.js';
import { RequestFailure } from '../request-failure.js';

export type ParsedMessage =
  | { readonly type: 'Message'; readonly message: ClientMessage }
  /** The message is answerable. */
  | { readonly type: 'Refused'; readonly id: number; readonly failure: RequestFailure }
  /** Not of this protocol at all. */
  | { readonly type: 'Malformed'; readonly failure: RequestFailure };

const answerable = z.object({ type: z.string(), id: z.int().min(0) });
const maxProblems = 5;

export function parseMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('The message is not JSON. Send one JSON object as text in each message.');
  }
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return { type: 'Message', message: parsed.data };
  const envelope = answerable.safeParse(value);
  if (!envelope.success) return malformed('A message has a type, and an id that is a whole number from 0.');
  return {
    type: 'Refused',
    id: envelope.data.id,
    failure: new RequestFailure('InvalidRequest', describeProblems(parsed.error)),
  };
}

/** Names the fields that are wrong, a few at most; never what was in them. */
export function describeProblems(error: z.ZodError): string {
  const problems = error.issues.slice(0, maxProblems).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.').slice(0, 100)}: ${message}`;
  });
  return problems.join('; ').slice(0, 500);
}

function malformed(detail: string): ParsedMessage {
  return { type: 'Malformed', failure: new RequestFailure('MalformedMessage', detail) };
}
