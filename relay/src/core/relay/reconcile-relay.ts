/**
 * Level-based: whatever has happened, what should be open follows from what both sides said last. An end of a pipe connects once: the
 * leading side's to one that is free, the other's to one that is connected to it. An end that is connected to one that is gone is made anew.
 */
import type { PipedProducer } from '@parley/proto/gen/parley/v1/relay_pb.js';
import {
  usablePipe,
  type Endpoint,
  type Leaving,
  type OpenPipe,
  type Outgoing,
  type PipedDescription,
  type RelayEffect,
  type RelayMessageBody,
  type RelayState,
  type RelayStep,
} from './relay-state.js';

/** Not piped just now, though it is announced: comes when it is there. */
export const sourceGone = 'SourceGone';

/** Law 6: of one producer, what is being replaced at one time. */
const maxLeaving = 2;

export function reconcileRelay(state: RelayState): RelayStep {
  return chain(state, [reconcilePipe, reconcileOutgoing, reconcileIncoming, dropUnwanted, tellWishes]);
}

export function chain(state: RelayState, steps: readonly ((state: RelayState) => RelayStep)[]): RelayStep {
  return steps.reduce<RelayStep>(
    (done, step) => {
      const next = step(done.state);
      return { state: next.state, effects: [...done.effects, ...next.effects] };
    },
    { state, effects: [] },
  );
}

export function send(state: RelayState, ...messages: RelayMessageBody[]): RelayEffect[] {
  return state.stream === 'Down' ? [] : messages.map((message) => ({ kind: 'Send', message }));
}

export function describePipe(state: RelayState): RelayMessageBody {
  const { pipe } = state;
  if (pipe.kind !== 'Open') return { case: 'pipe', value: {} };
  return { case: 'pipe', value: { ...pipe.endpoint, connectedTo: pipe.boundTo ?? '' } };
}

function reconcilePipe(state: RelayState): RelayStep {
  const { pipe, stream } = state;
  const needed = isPipeNeeded(state);
  switch (pipe.kind) {
    case 'None':
      return needed && stream === 'Up' ? openPipe(state) : nothing(state);
    case 'Opening':
      return needed ? nothing(state) : closePipe(state, pipe.ref);
    case 'Open':
      return needed ? reconcileOpenPipe(state, pipe) : closePipe(state, pipe.ref);
  }
}

function reconcileOpenPipe(state: RelayState, pipe: OpenPipe): RelayStep {
  const { theirPipe, leads } = state;
  if (pipe.boundTo !== undefined) {
    const whole = pipe.boundTo === theirPipe?.pipeId;
    return whole ? nothing(state) : chain(state, [(now) => closePipe(now, pipe.ref), reconcilePipe]);
  }
  if (theirPipe === undefined) return nothing(state);
  const ready = theirPipe.connectedTo === pipe.endpoint.pipeId || (leads && theirPipe.connectedTo === '');
  return ready ? bindPipe(state, pipe, theirPipe) : nothing(state);
}

function nothing(state: RelayState): RelayStep {
  return { state, effects: [] };
}

/** Open while anybody is there, so that the first consumer waits for no round trip; and as long as anything goes through it. */
function isPipeNeeded({ mine, theirs, wishes, demanded }: RelayState): boolean {
  return mine.participants.size + theirs.participants.size + wishes.size + demanded.size > 0;
}

function openPipe(state: RelayState): RelayStep {
  const ref = state.nextRef;
  return {
    state: { ...state, nextRef: ref + 1, pipe: { kind: 'Opening', ref } },
    effects: [{ kind: 'OpenPipe', ref }],
  };
}

export function closePipe(state: RelayState, ref: number): RelayStep {
  const closed: RelayState = { ...state, pipe: { kind: 'None' }, refused: new Map() };
  return { state: closed, effects: [{ kind: 'ClosePipe', ref }, ...send(closed, describePipe(closed))] };
}

function bindPipe(state: RelayState, pipe: OpenPipe, to: Endpoint): RelayStep {
  const bound: RelayState = { ...state, pipe: { ...pipe, boundTo: to.pipeId } };
  return { state: bound, effects: [{ kind: 'BindPipe', ref: pipe.ref, to }, ...send(bound, describePipe(bound))] };
}

function reconcileOutgoing(state: RelayState): RelayStep {
  return chain(state, [closeOutgoing, openOutgoing]);
}

function closeOutgoing(state: RelayState): RelayStep {
  const pipe = usablePipe(state);
  const outgoing = new Map<string, Outgoing>();
  const leavingOuts = new Map(state.leavingOuts);
  const effects: RelayEffect[] = [];
  for (const [producerId, out] of state.outgoing) {
    const wish = state.demanded.get(producerId);
    const sourced = hasSource(state, producerId);
    if (pipe === undefined || wish?.demandId !== out.demandId || !sourced) {
      effects.push({ kind: 'CloseOut', ref: out.ref });
      if (wish !== undefined && !sourced)
        effects.push(...send(state, refusal(producerId, { reason: sourceGone, demandId: wish.demandId })));
    } else if (out.source !== state.available.get(producerId)) {
      if (out.piped === undefined) effects.push({ kind: 'CloseOut', ref: out.ref });
      else leavingOuts.set(out.ref, { producerId, demandId: out.demandId, localId: out.source });
    } else {
      outgoing.set(producerId, { ...out, paused: wish.paused });
      if (out.paused !== wish.paused) effects.push({ kind: 'PauseOut', ref: out.ref, paused: wish.paused });
    }
  }
  return { state: { ...state, outgoing, leavingOuts }, effects };
}

function openOutgoing(state: RelayState): RelayStep {
  const pipe = usablePipe(state);
  if (pipe === undefined) return nothing(state);
  const outgoing = new Map(state.outgoing);
  const effects: RelayEffect[] = [];
  let { nextRef } = state;
  for (const [producerId, { demandId, paused }] of state.demanded) {
    const producer = state.mine.producers.get(producerId);
    const source = state.available.get(producerId);
    if (outgoing.has(producerId) || producer === undefined || source === undefined) continue;
    if (state.refused.get(producerId) === demandId) continue;
    const ref = nextRef++;
    outgoing.set(producerId, { ref, demandId, paused, source, piped: undefined });
    effects.push({ kind: 'PipeOut', ref, pipe: pipe.ref, producer, source, paused });
  }
  return effects.length === 0 ? nothing(state) : { state: { ...state, outgoing, nextRef }, effects };
}

export function hasSource(state: RelayState, producerId: string): boolean {
  return state.mine.producers.has(producerId) && state.available.has(producerId);
}

export function refusal(producerId: string, why: { reason: string; demandId: number }): RelayMessageBody {
  return { case: 'pipeRefused', value: { producerId, ...why } };
}

/** How they learn what was made for them. */
export function describePiped(
  state: RelayState,
  what: { readonly producerId: string; readonly out: Outgoing; readonly piped: PipedDescription },
): RelayMessageBody {
  const { producerId, out, piped } = what;
  const producer = state.mine.producers.get(producerId);
  const common: Pick<PipedProducer, 'producerId' | 'demandId' | 'paused'> = {
    producerId,
    demandId: out.demandId,
    paused: producer?.paused === true,
  };
  const pipeId = state.pipe.kind === 'Open' ? state.pipe.endpoint.pipeId : '';
  return {
    case: 'piped',
    value: { ...common, ...piped, via: [...piped.via], pipeId, ...(producer && { kind: producer.kind }) },
  };
}

function reconcileIncoming(state: RelayState): RelayStep {
  const pipe = usablePipe(state);
  const incoming = new Map(state.incoming);
  const effects: RelayEffect[] = [];
  for (const [producerId, what] of state.incoming) {
    const paused = state.theirs.producers.get(producerId);
    if (pipe === undefined || paused === undefined || state.wishes.get(producerId)?.demandId !== what.demandId) {
      incoming.delete(producerId);
      effects.push({ kind: 'CloseIn', ref: what.ref, producerId, localId: what.localId });
    } else if (paused !== what.paused) {
      incoming.set(producerId, { ...what, paused });
      effects.push({ kind: 'PauseIn', ref: what.ref, paused });
    }
  }
  return effects.length === 0 ? { state, effects } : { state: { ...state, incoming }, effects };
}

/** What is being replaced goes at once where nobody wants it any more, or its pipe is gone. */
function dropUnwanted(state: RelayState): RelayStep {
  const pipe = usablePipe(state);
  const isWanted = (wishes: RelayState['wishes'], { producerId, demandId }: Leaving): boolean =>
    pipe !== undefined && wishes.get(producerId)?.demandId === demandId;
  const crowded = new Set([...crowdedOut(state.leavingOuts), ...crowdedOut(state.leavingIns)]);
  return letGo(state, (leaving, direction) => {
    if (crowded.has(leaving)) return true;
    if (direction === 'Out') return !isWanted(state.demanded, leaving) || !hasSource(state, leaving.producerId);
    return !isWanted(state.wishes, leaving) || !state.theirs.producers.has(leaving.producerId);
  });
}

/** All but the last few of a producer. */
function crowdedOut(all: ReadonlyMap<number, Leaving>): readonly Leaving[] {
  const byProducer = Map.groupBy(all.values(), ({ producerId }) => producerId);
  return [...byProducer.values()].flatMap((ofOne) => ofOne.slice(0, -maxLeaving));
}

/** Closes those of what is being replaced that it is true of. */
export function letGo(state: RelayState, isDone: (leaving: Leaving, direction: 'Out' | 'In') => boolean): RelayStep {
  const outs = [...state.leavingOuts].filter(([, leaving]) => isDone(leaving, 'Out'));
  const ins = [...state.leavingIns].filter(([, leaving]) => isDone(leaving, 'In'));
  if (outs.length + ins.length === 0) return { state, effects: [] };
  const leavingOuts = new Map(state.leavingOuts);
  const leavingIns = new Map(state.leavingIns);
  for (const [ref] of outs) leavingOuts.delete(ref);
  for (const [ref] of ins) leavingIns.delete(ref);
  return {
    state: { ...state, leavingOuts, leavingIns },
    effects: [
      ...outs.map(([ref]): RelayEffect => ({ kind: 'CloseOut', ref })),
      ...ins.map(([ref, { producerId, localId }]): RelayEffect => ({ kind: 'CloseIn', ref, producerId, localId })),
    ],
  };
}

function tellWishes(state: RelayState): RelayStep {
  if (state.wishesSent || state.stream === 'Down') return { state, effects: [] };
  const producers = [...state.wishes].map(([producerId, wish]) => ({ producerId, ...wish }));
  return {
    state: { ...state, wishesSent: true },
    effects: send(state, { case: 'demand', value: { producers } }),
  };
}
