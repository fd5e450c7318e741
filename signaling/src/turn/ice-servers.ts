/**
 * The ICE servers of each participant: those of the configuration, and TURN servers near it with credentials that are made here and
 * renewed while it is in its meeting. The servers come from the operator and are kept in memory: nobody else is asked (law 1).
 */
import type { TurnServer } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { selectTurnServers, type TurnWish } from '../core/turn/select-turn-servers.js';
import type { IceServer } from '../protocol/media-parameters.js';
import type { ServerEvent } from '../protocol/server-messages.js';
import { turnIceServer } from './turn-credentials.js';

export interface IceServers {
  /** What a participant is given now. */
  of(wish: TurnWish): readonly IceServer[];
  /** The same, for a session: it is sent others when these change, and new credentials before these expire. */
  follow(session: IceSession, wish: TurnWish): readonly IceServer[];
  unfollow(session: IceSession): void;
  /** As the operator told: all that there are. */
  setTurnServers(servers: readonly TurnServer[]): void;
  readonly turnServers: number;
}

export interface IceSession {
  readonly gate: { send(event: ServerEvent): void };
}

export interface IceServersDeps {
  readonly configured: readonly IceServer[];
  readonly nowMs: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

interface Followed {
  readonly wish: TurnWish;
  /** Names and URLs of what it has. */
  readonly given: string;
  readonly timer: NodeJS.Timeout | undefined;
}

/** When servers change, those concerned are told over this time: a server's last clients must not all come at once to another. */
const SPREAD_MS = 5_000;

export function createIceServers({ configured, nowMs, random }: IceServersDeps): IceServers {
  let servers: readonly TurnServer[] = [];
  const followed = new Map<IceSession, Followed>();

  const grant = (chosen: readonly TurnServer[], participantId: string): readonly IceServer[] => [
    ...configured,
    ...chosen.map((server) => turnIceServer(server, participantId, nowMs() + server.credentialSeconds * 1_000)),
  ];
  const follow = (session: IceSession, wish: TurnWish): readonly IceServer[] => {
    clearTimeout(followed.get(session)?.timer);
    const chosen = selectTurnServers(servers, wish);
    const lifeMs = Math.min(...chosen.map(({ credentialSeconds }) => credentialSeconds * 1_000));
    // At half of their life: a client that is away for a moment still has good ones.
    const timer = Number.isFinite(lifeMs) ? renewIn(session, (lifeMs / 2) * (0.9 + random() / 10)) : undefined;
    followed.set(session, { wish, given: fingerprint(chosen), timer });
    return grant(chosen, wish.participantId);
  };
  const renewIn = (session: IceSession, delayMs: number): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      const known = followed.get(session);
      if (known === undefined) return;
      session.gate.send({ type: 'iceServers', iceServers: [...follow(session, known.wish)] });
    }, delayMs);
    return timer.unref();
  };

  return {
    of: (wish) => grant(selectTurnServers(servers, wish), wish.participantId),
    follow,
    unfollow: (session) => {
      clearTimeout(followed.get(session)?.timer);
      followed.delete(session);
    },
    setTurnServers: (next) => {
      servers = next;
      for (const [session, known] of followed) {
        if (fingerprint(selectTurnServers(servers, known.wish)) === known.given) continue;
        clearTimeout(known.timer);
        followed.set(session, { ...known, timer: renewIn(session, random() * SPREAD_MS) });
      }
    },
    get turnServers() {
      return servers.length;
    },
  };
}

function fingerprint(servers: readonly TurnServer[]): string {
  return JSON.stringify(servers.map(({ name, urls, secret }) => [name, urls, secret]));
}
