/**
 * One side of a relay, pure: (state, input) → (state, effects). A broken stream changes nothing of what is open: on the next one
 * both sides say everything anew, and only what differs is touched.
 */
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import { applyToImage, type Image } from '../roster/roster-state.js';
import { receive } from './receive-relay-message.js';
import {
  chain,
  closePipe,
  describePipe,
  describePiped,
  letGo,
  reconcileRelay,
  refusal,
  send,
} from './reconcile-relay.js';
import type { RelayEffect, RelayInput, RelayMessageBody, RelayState, RelayStep, Wish } from './relay-state.js';

/** Participants and producers in one part of a state: far below the limit of a message. */
const partSize = 200;

export function stepRelay(state: RelayState, input: RelayInput): RelayStep {
  return chain(state, [(now) => take(now, input), reconcileRelay]);
}

type InputOf<K extends RelayInput['kind']> = Extract<RelayInput, { kind: K }>;

/** What each input changes by itself, before everything is reconciled. */
const takers: { readonly [K in RelayInput['kind']]: (state: RelayState, input: InputOf<K>) => RelayStep } = {
  StreamOpened: openStream,
  HelloAccepted: (state) => quiet(state.stream === 'Greeting' ? { ...state, stream: 'Up' } : state),
  StreamClosed: (state) => quiet({ ...state, stream: 'Down' }),
  Received: (state, { message }) => (state.stream === 'Up' ? receive(state, message) : quiet(state)),
  Abandoned: abandon,
  MediaReset: resetMedia,
  AnnouncedAll: announceAll,
  Announced: announce,
  Wanted: want,
  WantedAnew: wantAnew,
  Availability: (state, { producerId, localId }) =>
    quiet({ ...state, available: changed(state.available, producerId, localId) }),
  SwitchedOver: switchedOver,
  PipeOpened: pipeOpened,
  PipeFailed: pipeFailed,
  OutOpened: outOpened,
  OutFailed: outFailed,
  InOpened: inOpened,
  InFailed: inFailed,
};

function take(state: RelayState, input: RelayInput): RelayStep {
  const taker = takers[input.kind] as (state: RelayState, input: RelayInput) => RelayStep;
  return taker(state, input);
}

function quiet(state: RelayState): RelayStep {
  return { state, effects: [] };
}

function openStream(state: RelayState, { role }: InputOf<'StreamOpened'>): RelayStep {
  const open: RelayState = {
    ...state,
    stream: role === 'Dialer' ? 'Greeting' : 'Up',
    arriving: { participants: [], producers: [] },
    wishesSent: false,
    answerAll: true,
  };
  return {
    state: open,
    effects: [{ kind: 'SendHello' }, ...send(open, ...describeImage(open.mine), describePipe(open))],
  };
}

function describeImage(image: Image): RelayMessageBody[] {
  const participants = [...image.participants.values()];
  const producers = [...image.producers.values()];
  const parts: RelayMessageBody[] = [];
  for (let at = 0; at === 0 || at < Math.max(participants.length, producers.length); at += partSize) {
    const more = at + partSize < Math.max(participants.length, producers.length);
    const part = { participants: participants.slice(at, at + partSize), producers: producers.slice(at, at + partSize) };
    parts.push({ case: 'state', value: { ...part, more } });
  }
  return parts;
}

function abandon(state: RelayState): RelayStep {
  if (state.stream === 'Up') return quiet(state);
  return {
    state: {
      ...state,
      theirs: { participants: new Set(), producers: new Map() },
      theirPipe: undefined,
      demanded: new Map(),
    },
    effects: [
      {
        kind: 'Learn',
        action: { kind: 'Replace', participants: [], producers: [], reason: LeaveReason.NODE_LOST },
      },
      { kind: 'Demanded', demanded: new Map() },
    ],
  };
}

/** Whatever was on the router is closed already; the effects only let go of it. */
function resetMedia(state: RelayState): RelayStep {
  const { pipe } = state;
  return pipe.kind === 'None' ? quiet(state) : closePipe(state, pipe.ref);
}

function announceAll(state: RelayState, { image }: InputOf<'AnnouncedAll'>): RelayStep {
  return { state: { ...state, mine: image }, effects: send(state, ...describeImage(image)) };
}

function announce(state: RelayState, { actions }: InputOf<'Announced'>): RelayStep {
  const mine = actions.reduce(applyToImage, state.mine);
  const effects = actions.flatMap((action): RelayEffect[] => {
    switch (action.kind) {
      case 'UpsertParticipant':
        return send(state, { case: 'participantUpserted', value: action.participant });
      case 'RemoveParticipant':
        return send(state, {
          case: 'participantLeft',
          value: { participantId: action.participantId, reason: action.reason },
        });
      case 'UpsertProducer':
        return send(state, { case: 'producerUpserted', value: action.producer });
      case 'RemoveProducer':
        return send(state, { case: 'producerRemoved', value: { producerId: action.producerId } });
      case 'Replace':
        return send(state, ...describeImage(mine));
    }
  });
  return { state: { ...state, mine }, effects };
}

function want(state: RelayState, { wants }: InputOf<'Wanted'>): RelayStep {
  let { nextRef } = state;
  let same = wants.size === state.wishes.size;
  const wishes = new Map<string, Wish>();
  for (const [producerId, { paused }] of wants) {
    const known = state.wishes.get(producerId);
    wishes.set(producerId, { paused, demandId: known?.demandId ?? nextRef++ });
    same &&= known?.paused === paused;
  }
  return quiet(same ? state : { ...state, wishes, nextRef, wishesSent: false });
}

function wantAnew(state: RelayState, { producerId }: InputOf<'WantedAnew'>): RelayStep {
  const wish = state.wishes.get(producerId);
  if (wish === undefined || state.incoming.has(producerId)) return quiet(state);
  const wishes = new Map(state.wishes).set(producerId, { ...wish, demandId: state.nextRef });
  return quiet({ ...state, wishes, nextRef: state.nextRef + 1, wishesSent: false });
}

function changed(map: ReadonlyMap<string, string>, id: string, value: string | undefined): ReadonlyMap<string, string> {
  if (map.get(id) === value) return map;
  const next = new Map(map);
  if (value === undefined) next.delete(id);
  else next.set(id, value);
  return next;
}

function switchedOver(state: RelayState, { producerId }: InputOf<'SwitchedOver'>): RelayStep {
  return letGo(state, (leaving) => leaving.producerId === producerId);
}

function pipeOpened(state: RelayState, { ref, endpoint }: InputOf<'PipeOpened'>): RelayStep {
  if (state.pipe.kind !== 'Opening' || state.pipe.ref !== ref) return quiet(state);
  const open: RelayState = { ...state, pipe: { kind: 'Open', ref, endpoint, boundTo: undefined } };
  return { state: open, effects: send(open, describePipe(open)) };
}

function pipeFailed(state: RelayState, { ref }: InputOf<'PipeFailed'>): RelayStep {
  return state.pipe.kind === 'None' || state.pipe.ref !== ref ? quiet(state) : closePipe(state, ref);
}

function outOpened(state: RelayState, { ref, producerId, piped }: InputOf<'OutOpened'>): RelayStep {
  const out = state.outgoing.get(producerId);
  if (out?.ref !== ref) return quiet(state);
  const open = { ...out, piped };
  return {
    state: { ...state, outgoing: new Map(state.outgoing).set(producerId, open) },
    effects: send(state, describePiped(state, { producerId, out: open, piped })),
  };
}

function outFailed(state: RelayState, { ref, producerId, reason }: InputOf<'OutFailed'>): RelayStep {
  const out = state.outgoing.get(producerId);
  if (out?.ref !== ref) return quiet(state);
  const outgoing = new Map(state.outgoing);
  outgoing.delete(producerId);
  return {
    state: { ...state, outgoing, refused: new Map(state.refused).set(producerId, out.demandId) },
    effects: [{ kind: 'CloseOut', ref }, ...send(state, refusal(producerId, { reason, demandId: out.demandId }))],
  };
}

function inOpened(state: RelayState, { ref, producerId }: InputOf<'InOpened'>): RelayStep {
  const what = state.incoming.get(producerId);
  if (what?.ref !== ref) return quiet(state);
  return {
    state: { ...state, incoming: new Map(state.incoming).set(producerId, { ...what, open: true }) },
    effects: [{ kind: 'Arrived', producerId, localId: what.localId, via: what.via }],
  };
}

function inFailed(state: RelayState, { ref, producerId, reason }: InputOf<'InFailed'>): RelayStep {
  const what = state.incoming.get(producerId);
  if (what?.ref !== ref) return quiet(state);
  const incoming = new Map(state.incoming);
  incoming.delete(producerId);
  return {
    state: { ...state, incoming },
    effects: [
      { kind: 'CloseIn', ref, producerId, localId: what.localId },
      { kind: 'Missed', producerId, reason, final: true },
    ],
  };
}
