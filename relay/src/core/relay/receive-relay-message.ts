/** What a message of the other side changes. Nothing they say makes anything by itself: that follows in reconcile-relay.ts. */
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import type {
  PipedProducer,
  PipeEndpoint,
  PipeRefused,
  RelayDemand,
  RelayMessage,
  RelayState as StateMessage,
} from '@parley/proto/gen/parley/v1/relay_pb.js';
import { describePiped, hasSource, refusal, send, sourceGone } from './reconcile-relay.js';
import {
  usablePipe,
  type Incoming,
  type RelayEffect,
  type RelayState,
  type RelayStep,
  type Wish,
} from './relay-state.js';

export function receive(state: RelayState, message: RelayMessage['message']): RelayStep {
  switch (message.case) {
    case 'state':
      return receiveState(state, message.value);
    case 'participantUpserted': {
      const participants = new Set(state.theirs.participants).add(message.value.id);
      return {
        state: { ...state, theirs: { ...state.theirs, participants } },
        effects: [{ kind: 'Learn', action: { kind: 'UpsertParticipant', participant: message.value } }],
      };
    }
    case 'participantLeft': {
      const participants = new Set(state.theirs.participants);
      participants.delete(message.value.participantId);
      return {
        state: { ...state, theirs: { ...state.theirs, participants } },
        effects: [{ kind: 'Learn', action: { kind: 'RemoveParticipant', ...message.value } }],
      };
    }
    case 'producerUpserted': {
      const producers = new Map(state.theirs.producers).set(message.value.id, message.value.paused);
      return {
        state: { ...state, theirs: { ...state.theirs, producers } },
        effects: [{ kind: 'Learn', action: { kind: 'UpsertProducer', producer: message.value } }],
      };
    }
    case 'producerRemoved': {
      const { producerId } = message.value;
      const producers = new Map(state.theirs.producers);
      producers.delete(producerId);
      return {
        state: { ...state, theirs: { ...state.theirs, producers } },
        effects: [{ kind: 'Learn', action: { kind: 'RemoveProducer', producerId } }],
      };
    }
    case 'pipe':
      return { state: { ...state, theirPipe: parsePipe(message.value) }, effects: [] };
    case 'demand':
      return receiveDemand(state, message.value);
    case 'piped':
      return receivePiped(state, message.value);
    case 'pipeRefused':
      return receiveRefusal(state, message.value);
    case 'producerScore':
      return { state, effects: [{ kind: 'TellScore', score: message.value }] };
    case 'audioLevels':
      return { state, effects: [{ kind: 'Hear', levels: message.value.levels }] };
    case 'hello':
    case 'ping':
    case undefined:
      return { state, effects: [] };
  }
}

function receiveState(state: RelayState, part: StateMessage): RelayStep {
  const participants = [...state.arriving.participants, ...part.participants];
  const producers = [...state.arriving.producers, ...part.producers];
  if (part.more) return { state: { ...state, arriving: { participants, producers } }, effects: [] };
  return {
    state: {
      ...state,
      arriving: { participants: [], producers: [] },
      theirs: {
        participants: new Set(participants.map(({ id }) => id)),
        producers: new Map(producers.map(({ id, paused }) => [id, paused])),
      },
    },
    effects: [{ kind: 'Learn', action: { kind: 'Replace', participants, producers, reason: LeaveReason.LEFT } }],
  };
}

function parsePipe({ pipeId, ip, port, srtpParametersJson, connectedTo }: PipeEndpoint): RelayState['theirPipe'] {
  return pipeId === '' ? undefined : { pipeId, ip, port, srtpParametersJson, connectedTo };
}

function receiveDemand(state: RelayState, { producers }: RelayDemand): RelayStep {
  const demanded = new Map<string, Wish>(
    producers.map(({ producerId, paused, demandId }) => [producerId, { paused, demandId }]),
  );
  // On a new stream what could not be piped is tried again: they may have missed that it was refused, and keep what they had.
  const refused = new Map(
    state.answerAll ? [] : [...state.refused].filter(([id, demandId]) => demanded.get(id)?.demandId === demandId),
  );
  return {
    state: { ...state, demanded, refused, answerAll: false },
    effects: [{ kind: 'Demanded', demanded }, ...(state.answerAll ? answerAll(state, demanded) : [])],
  };
}

/** After a stream broke, they may have missed what was piped and what went. */
function answerAll(state: RelayState, demanded: ReadonlyMap<string, Wish>): RelayEffect[] {
  return [...demanded].flatMap(([producerId, { demandId }]): RelayEffect[] => {
    const out = state.outgoing.get(producerId);
    if (out?.demandId === demandId && hasSource(state, producerId)) {
      if (out.piped === undefined || usablePipe(state) === undefined) return [];
      return send(state, describePiped(state, { producerId, out, piped: out.piped }));
    }
    if (hasSource(state, producerId)) return [];
    return send(state, refusal(producerId, { reason: sourceGone, demandId }));
  });
}

function receivePiped(state: RelayState, piped: PipedProducer): RelayStep {
  const { producerId, pipedId, demandId } = piped;
  const pipe = usablePipe(state);
  const paused = state.theirs.producers.get(producerId);
  const known = state.incoming.get(producerId);
  const answers = state.wishes.get(producerId)?.demandId === demandId;
  if (pipe === undefined || pipe.boundTo !== piped.pipeId || paused === undefined || !answers) {
    return { state, effects: [] };
  }
  if (known?.pipedId === pipedId && known.demandId === demandId) return { state, effects: [] };
  const ref = state.nextRef;
  const localId = `${producerId}@${pipedId}`;
  // Another source for the same wish: what flows goes on until the new one is in use. Anything else replaces it at once.
  const leaves = known?.open === true && known.demandId === demandId;
  return {
    state: {
      ...state,
      nextRef: ref + 1,
      incoming: new Map(state.incoming).set(producerId, {
        ref,
        demandId,
        pipedId,
        localId,
        via: piped.via,
        paused,
        open: false,
      }),
      ...(leaves && {
        leavingIns: new Map(state.leavingIns).set(known.ref, { producerId, demandId, localId: known.localId }),
      }),
    },
    effects: [
      ...(known === undefined || leaves ? [] : [closeIn(producerId, known)]),
      { kind: 'PipeIn', ref, pipe: pipe.ref, piped, localId, paused },
    ],
  };
}

function closeIn(producerId: string, { ref, localId }: Incoming): RelayEffect {
  return { kind: 'CloseIn', ref, producerId, localId };
}

function receiveRefusal(state: RelayState, { producerId, reason, demandId }: PipeRefused): RelayStep {
  if (state.wishes.get(producerId)?.demandId !== demandId) return { state, effects: [] };
  const known = state.incoming.get(producerId);
  const incoming = new Map(state.incoming);
  incoming.delete(producerId);
  return {
    state: { ...state, incoming },
    effects: [
      ...(known === undefined ? [] : [closeIn(producerId, known)]),
      { kind: 'Missed', producerId, reason, final: reason !== sourceGone },
    ],
  };
}
