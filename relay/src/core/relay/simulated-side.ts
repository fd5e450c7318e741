/** For tests: one side of a relay whose media objects are records, opened when the test says so. */
import { create } from '@bufbuild/protobuf';
import { RelayMessageSchema, type RelayMessage } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { applyToImage, emptyImage, type Image } from '../roster/roster-state.js';
import { stepRelay } from './relay-machine.js';
import { initialRelay, type Ref, type RelayEffect, type RelayInput, type RelayState } from './relay-state.js';

export interface SimulatedMedia {
  readonly pipes: Map<Ref, { readonly pipeId: string; boundTo: string | undefined }>;
  readonly outs: Map<
    Ref,
    { readonly producerId: string; readonly source: string; readonly pipe: Ref; paused: boolean }
  >;
  readonly ins: Map<
    Ref,
    { readonly producerId: string; readonly localId: string; readonly pipe: Ref; paused: boolean }
  >;
}

export interface SimulatedSide {
  readonly name: string;
  state: RelayState;
  /** What it learned of the other side. */
  learned: Image;
  readonly media: SimulatedMedia;
  /** Things being made, in order. */
  readonly making: RelayEffect[];
  readonly outbox: RelayMessage[];
  lives: number;
  /** What could not be made here, by producer and wish. */
  readonly failedIns: Set<string>;
}

/** The first by name leads. */
export function aSide(name: string, leads: boolean = name === 'a'): SimulatedSide {
  return {
    name,
    state: initialRelay(leads),
    learned: emptyImage,
    media: { pipes: new Map(), outs: new Map(), ins: new Map() },
    making: [],
    outbox: [],
    lives: 0,
    failedIns: new Set(),
  };
}

export function feed(side: SimulatedSide, input: RelayInput): void {
  const { state, effects } = stepRelay(side.state, input);
  side.state = state;
  for (const effect of effects) perform(side, effect);
}

function perform(side: SimulatedSide, effect: RelayEffect): void {
  switch (effect.kind) {
    case 'Send':
      side.outbox.push(create(RelayMessageSchema, { message: effect.message }));
      break;
    case 'OpenPipe':
    case 'PipeOut':
    case 'PipeIn':
      side.making.push(effect);
      break;
    case 'Learn':
      side.learned = applyToImage(side.learned, effect.action);
      break;
    default:
      change(side, effect);
  }
}

function change({ media, making }: SimulatedSide, effect: RelayEffect): void {
  const { pipes, outs, ins } = media;
  if (effect.kind === 'BindPipe') {
    bind(pipes.get(effect.ref), effect.to.pipeId);
  } else if (effect.kind === 'PauseOut' || effect.kind === 'PauseIn') {
    const made = (effect.kind === 'PauseOut' ? outs : ins).get(effect.ref);
    if (made !== undefined) made.paused = effect.paused;
    pausePending(making, effect);
  } else if (effect.kind === 'ClosePipe' || effect.kind === 'CloseOut' || effect.kind === 'CloseIn') {
    const at = making.findIndex((pending) => 'ref' in pending && pending.ref === effect.ref);
    if (at >= 0) making.splice(at, 1);
    for (const map of [pipes, outs, ins]) map.delete(effect.ref);
    for (const map of [outs, ins]) for (const [ref, { pipe }] of map) if (pipe === effect.ref) map.delete(ref);
  }
}

function bind(pipe: { boundTo: string | undefined } | undefined, to: string): void {
  if (pipe?.boundTo !== undefined) throw new Error('a pipe connects once');
  if (pipe !== undefined) pipe.boundTo = to;
}

function pausePending(making: RelayEffect[], { ref, paused }: { readonly ref: Ref; readonly paused: boolean }): void {
  const at = making.findIndex((pending) => 'ref' in pending && pending.ref === ref);
  const pending = making[at];
  if (pending !== undefined && 'paused' in pending) making[at] = { ...pending, paused };
}

/** Finishes what has been in the making for longest; `fails`: it can't be made. */
export function finishOne(side: SimulatedSide, fails = false): void {
  const effect = side.making.shift();
  const { pipes, outs, ins } = side.media;
  switch (effect?.kind) {
    case 'OpenPipe': {
      if (fails) {
        feed(side, { kind: 'PipeFailed', ref: effect.ref });
        return;
      }
      const pipeId = `${side.name}${side.lives}-${effect.ref}`;
      pipes.set(effect.ref, { pipeId, boundTo: undefined });
      const endpoint = { pipeId, ip: '127.0.0.1', port: effect.ref, srtpParametersJson: '{}' };
      feed(side, { kind: 'PipeOpened', ref: effect.ref, endpoint });
      return;
    }
    case 'PipeOut': {
      const { ref, producer, source, pipe, paused } = effect;
      if (fails) {
        feed(side, { kind: 'OutFailed', ref, producerId: producer.id, reason: 'CannotPipe' });
        return;
      }
      if ([...outs.values()].filter(({ producerId }) => producerId === producer.id).length > 2)
        throw new Error('piped too often');
      outs.set(ref, { producerId: producer.id, source, pipe, paused });
      const piped = {
        rtpParametersJson: '{}',
        sctpStreamParametersJson: '',
        label: '',
        protocol: '',
        via: [side.name],
      };
      const pipedId = `${side.name}${side.lives}-${ref}`;
      feed(side, { kind: 'OutOpened', ref, producerId: producer.id, piped: { ...piped, pipedId } });
      return;
    }
    case 'PipeIn': {
      const { ref, piped, localId, pipe, paused } = effect;
      if (fails) {
        side.failedIns.add(`${piped.producerId}/${piped.demandId}`);
        feed(side, { kind: 'InFailed', ref, producerId: piped.producerId, reason: 'CannotProduce' });
        return;
      }
      if ([...ins.values()].some((other) => other.localId === localId)) throw new Error('here twice');
      ins.set(ref, { producerId: piped.producerId, localId, pipe, paused });
      feed(side, { kind: 'InOpened', ref, producerId: piped.producerId });
      return;
    }
    default:
      return;
  }
}
