/** For tests: one side of a relay whose media objects are records, opened when the test says so. */
import { create } from '@bufbuild/protobuf';
import { RelayMessageSchema, type RelayMessage } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { applyToImage, emptyImage, type Image } from '../roster/roster-state.js';
import { stepRelay } from './relay-machine.js';
import { initialRelay, type Ref, type RelayEffect, type RelayInput, type RelayState } from './relay-state.js';

export interface SimulatedMedia {
  readonly pipes: Map<Ref, { readonly pipeId: string; boundTo: string | undefined }>;
  readonly outs: Map<Ref, { readonly producerId: string; readonly pipe: Ref; paused: boolean }>;
  readonly ins: Map<Ref, { readonly producerId: string; readonly pipe: Ref; paused: boolean }>;
}

export interface SimulatedSide {
  readonly name: string;
  state: RelayState;
  /** What it learned of the other side. */
  learned: Image;
  demandedOfMe: ReadonlyMap<string, { readonly paused: boolean }>;
  readonly media: SimulatedMedia;
  /** Things being made, in order. */
  readonly making: RelayEffect[];
  readonly outbox: RelayMessage[];
  lives: number;
}

/** The first by name leads. */
export function aSide(name: string, leads: boolean = name === 'a'): SimulatedSide {
  return {
    name,
    state: initialRelay(leads),
    learned: emptyImage,
    demandedOfMe: new Map(),
    media: { pipes: new Map(), outs: new Map(), ins: new Map() },
    making: [],
    outbox: [],
    lives: 0,
  };
}

export function feed(side: SimulatedSide, input: RelayInput): void {
  const { state, effects } = stepRelay(side.state, input);
  side.state = state;
  for (const effect of effects) perform(side, effect);
}

function perform(side: SimulatedSide, effect: RelayEffect): void {
  const { pipes, outs, ins } = side.media;
  switch (effect.kind) {
    case 'SendHello':
    case 'Arrived':
    case 'Missed':
    case 'Hear':
    case 'TellScore':
      return;
    case 'Send':
      side.outbox.push(create(RelayMessageSchema, { message: effect.message }));
      return;
    case 'OpenPipe':
    case 'PipeOut':
    case 'PipeIn':
      side.making.push(effect);
      return;
    case 'BindPipe': {
      const pipe = pipes.get(effect.ref);
      if (pipe?.boundTo !== undefined) throw new Error('a pipe connects once');
      if (pipe !== undefined) pipe.boundTo = effect.to.pipeId;
      return;
    }
    case 'ClosePipe':
      forget(side, effect.ref);
      pipes.delete(effect.ref);
      for (const map of [outs, ins]) for (const [ref, { pipe }] of map) if (pipe === effect.ref) map.delete(ref);
      return;
    case 'CloseOut':
      forget(side, effect.ref);
      outs.delete(effect.ref);
      return;
    case 'CloseIn':
      forget(side, effect.ref);
      ins.delete(effect.ref);
      return;
    case 'PauseOut':
    case 'PauseIn':
      pause(side, effect);
      return;
    case 'Learn':
      side.learned = applyToImage(side.learned, effect.action);
      return;
    case 'Demanded':
      side.demandedOfMe = effect.demanded;
  }
}

function forget(side: SimulatedSide, ref: Ref): void {
  const at = side.making.findIndex((effect) => 'ref' in effect && effect.ref === ref);
  if (at >= 0) side.making.splice(at, 1);
}

function pause(side: SimulatedSide, effect: Extract<RelayEffect, { kind: 'PauseOut' | 'PauseIn' }>): void {
  const made = side.media[effect.kind === 'PauseOut' ? 'outs' : 'ins'].get(effect.ref);
  if (made !== undefined) made.paused = effect.paused;
  const at = side.making.findIndex((pending) => 'ref' in pending && pending.ref === effect.ref);
  const pending = side.making[at];
  if (pending !== undefined && 'paused' in pending) side.making[at] = { ...pending, paused: effect.paused };
}

/** Finishes what has been in the making for longest; `fails`: it can't be made. */
export function finishOne(side: SimulatedSide, fails = false): void {
  const effect = side.making.shift();
  const { pipes, outs, ins } = side.media;
  switch (effect?.kind) {
    case 'OpenPipe': {
      if (fails) return feed(side, { kind: 'PipeFailed', ref: effect.ref });
      const pipeId = `${side.name}${side.lives}-${effect.ref}`;
      pipes.set(effect.ref, { pipeId, boundTo: undefined });
      const endpoint = { pipeId, ip: '127.0.0.1', port: effect.ref, srtpParametersJson: '{}' };
      return feed(side, { kind: 'PipeOpened', ref: effect.ref, endpoint });
    }
    case 'PipeOut': {
      const { ref, producer, pipe, paused } = effect;
      if (fails) return feed(side, { kind: 'OutFailed', ref, producerId: producer.id, reason: 'CannotPipe' });
      if ([...outs.values()].some(({ producerId }) => producerId === producer.id)) throw new Error('piped twice');
      outs.set(ref, { producerId: producer.id, pipe, paused });
      const piped = { rtpParametersJson: '{}', sctpStreamParametersJson: '', label: '', protocol: '' };
      const pipedId = `${side.name}${side.lives}-${ref}`;
      return feed(side, { kind: 'OutOpened', ref, producerId: producer.id, piped: { ...piped, pipedId } });
    }
    case 'PipeIn': {
      const { ref, piped, pipe, paused } = effect;
      if (fails) return feed(side, { kind: 'InFailed', ref, producerId: piped.producerId, reason: 'CannotProduce' });
      if ([...ins.values()].some(({ producerId }) => producerId === piped.producerId)) throw new Error('here twice');
      ins.set(ref, { producerId: piped.producerId, pipe, paused });
      return feed(side, { kind: 'InOpened', ref, producerId: piped.producerId });
    }
    default:
      return;
  }
}
