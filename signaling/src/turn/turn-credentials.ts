/** Short-lived credentials for coturn's use-auth-secret: draft-uberti-behave-turn-rest-00, section 2.2. */
import { createHmac } from 'node:crypto';
import type { IceServer } from '../protocol/media-parameters.js';

export interface TurnAccess {
  readonly urls: readonly string[];
  readonly secret: string;
}

/** Bound to the participant: coturn counts its allocations against the quota, whatever the expiry before its id. */
export function turnIceServer(server: TurnAccess, participantId: string, expiresAtMs: number): IceServer {
  const username = `${String(Math.floor(expiresAtMs / 1_000))}:${participantId}`;
  const credential = createHmac('sha1', server.secret).update(username).digest('base64');
  return { urls: [...server.urls], username, credential };
}
