/** The sessions of this replica. One participant has at most one: a newer one replaces it. */
import type { Session } from './session.js';

export interface SessionRegistry {
  /** Closes the earlier session of the same participant, if there is one here. */
  add(session: Session): void;
  remove(session: Session): void;
  /** Everybody is told to resume at another replica, and cut off after `graceMs`. */
  goAway(graceMs: number): Promise<void>;
  readonly size: number;
}

export function createSessionRegistry(): SessionRegistry {
  const sessions = new Map<string, Session>();
  const keyOf = ({ seat }: Session): string => `${seat.meetingId}/${seat.participantId}`;
  return {
    add: (session) => {
      const earlier = sessions.get(keyOf(session));
      sessions.set(keyOf(session), session);
      if (earlier !== session) earlier?.close('Replaced');
    },
    remove: (session) => {
      if (sessions.get(keyOf(session)) === session) sessions.delete(keyOf(session));
    },
    goAway: async (graceMs) => {
      const all = [...sessions.values()];
      for (const session of all) session.goAway();
      if (all.length > 0) await new Promise((resolve) => setTimeout(resolve, graceMs));
      for (const session of sessions.values()) session.close('ShutDown');
    },
    get size() {
      return sessions.size;
    },
  };
}
