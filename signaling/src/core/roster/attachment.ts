/**
 * Which socket a participant's seat belongs to. It travels as the participant's metadata through its node, so that every
 * replica learns when a participant came back on another one, with Redis or without.
 */
import { z } from 'zod';

const attachmentSchema = z.object({
  /** Grows each time a socket takes the seat. */
  turn: z.int().min(0),
  /** Random; decides between two sockets that took the same turn. */
  connection: z.string().max(64),
});
export type Attachment = z.infer<typeof attachmentSchema>;

export function parseAttachment(metadataJson: string): Attachment | undefined {
  if (metadataJson === '') return undefined;
  try {
    return attachmentSchema.safeParse(JSON.parse(metadataJson)).data;
  } catch {
    return undefined;
  }
}

export function formatAttachment(attachment: Attachment): string {
  return JSON.stringify({ turn: attachment.turn, connection: attachment.connection });
}

/** Whether the seat that `own` took has been taken by `seen` since. */
export function isSuperseded(own: Attachment, seen: Attachment | undefined): boolean {
  if (seen === undefined || seen.connection === own.connection) return false;
  return seen.turn === own.turn ? seen.connection > own.connection : seen.turn > own.turn;
}
