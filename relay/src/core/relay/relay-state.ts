/** What one side of a relay knows, what happens to it, and what it does: the data of the machine in relay-machine.ts. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AudioLevel, Participant, Producer, ProducerScore } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { PipedProducer, RelayMessage, RelayMessageSchema } from '@parley/proto/gen/parley/v1/relay_pb.js';
import type { Via } from './passage.js';
import { emptyImage, type Image, type ImageAction } from '../roster/roster-state.js';

export interface Endpoint {
  readonly pipeId: string;
  readonly ip: string;
  readonly port: number;
  readonly srtpParametersJson: string;
}

/** Names one thing that an effect made, for the effects and inputs that speak of it later. */
export type Ref = number;

export interface OpenPipe {
  readonly kind: 'Open';
  readonly ref: Ref;
  readonly endpoint: Endpoint;
  /** The other side's end; set once. */
  readonly boundTo: string | undefined;
}

export type OwnPipe = { readonly kind: 'None' } | { readonly kind: 'Opening'; readonly ref: Ref } | OpenPipe;

export interface TheirPipe extends Endpoint {
  /** Which end of ours they say that it is connected to; empty: none. */
  readonly connectedTo: string;
}

export interface Wish {
  readonly paused: boolean;
  readonly demandId: number;
}

/** One of our producers on its way to them. */
export interface Outgoing {
  readonly ref: Ref;
  readonly demandId: number;
  readonly paused: boolean;
  /** What it is made of: the producer's id on our router. */
  readonly source: string;
  /** Undefined while it is being made. */
  readonly piped: PipedDescription | undefined;
}

export interface PipedDescription {
  readonly pipedId: string;
  readonly rtpParametersJson: string;
  readonly sctpStreamParametersJson: string;
  readonly label: string;
  readonly protocol: string;
  readonly via: Via;
}

/** One of their producers on its way to us. */
export interface Incoming {
  readonly ref: Ref;
  readonly demandId: number;
  readonly pipedId: string;
  /** Its id on our router, where the same producer may come over another relay, too. */
  readonly localId: string;
  readonly via: Via;
  readonly open: boolean;
  /** Paused by its participant. */
  readonly paused: boolean;
}

export interface Leaving {
  readonly producerId: string;
  readonly demandId: number;
  readonly localId: string;
}

export interface RelayState {
  /** One side of each relay leads: it connects its end first. If both did, both could chase ends that are gone for ever. */
  readonly leads: boolean;
  /** `Greeting`: what we say goes out, but they have not said who they are. */
  readonly stream: 'Down' | 'Greeting' | 'Up';
  /** What we announce. */
  readonly mine: Image;
  /** What they announce: participants, and producers with whether they are paused. Kept while the stream is down. */
  readonly theirs: { readonly participants: ReadonlySet<string>; readonly producers: ReadonlyMap<string, boolean> };
  /** Parts of a state that is not whole yet. */
  readonly arriving: { readonly participants: readonly Participant[]; readonly producers: readonly Producer[] };
  readonly pipe: OwnPipe;
  readonly theirPipe: TheirPipe | undefined;
  /** What we want of them. */
  readonly wishes: ReadonlyMap<string, Wish>;
  readonly wishesSent: boolean;
  /** What they want of us. */
  readonly demanded: ReadonlyMap<string, Wish>;
  /** They have not told their wishes on this stream yet: the first answer names everything that is piped. */
  readonly answerAll: boolean;
  /** Producers that our router has, by the ids that they have there. */
  readonly available: ReadonlyMap<string, string>;
  readonly outgoing: ReadonlyMap<string, Outgoing>;
  /** Wishes that were refused for good, by producer. */
  readonly refused: ReadonlyMap<string, number>;
  readonly incoming: ReadonlyMap<string, Incoming>;
  /** Make before break: what another one takes the place of, until both sides had the time to switch over. */
  readonly leavingOuts: ReadonlyMap<Ref, Leaving>;
  readonly leavingIns: ReadonlyMap<Ref, Leaving>;
  readonly nextRef: Ref;
}

const initial: Omit<RelayState, 'leads'> = {
  stream: 'Down',
  mine: emptyImage,
  theirs: { participants: new Set(), producers: new Map() },
  arriving: { participants: [], producers: [] },
  pipe: { kind: 'None' },
  theirPipe: undefined,
  wishes: new Map(),
  wishesSent: true,
  demanded: new Map(),
  answerAll: false,
  available: new Map(),
  outgoing: new Map(),
  refused: new Map(),
  incoming: new Map(),
  leavingOuts: new Map(),
  leavingIns: new Map(),
  nextRef: 1,
};

/** @param leads exactly one of the two sides. */
export function initialRelay(leads: boolean): RelayState {
  return { leads, ...initial };
}

export type RelayInput =
  /** The dialer speaks before it is answered; the listener has judged the hello already. */
  | { readonly kind: 'StreamOpened'; readonly role: 'Dialer' | 'Listener' }
  /** Their hello was judged, and is good. */
  | { readonly kind: 'HelloAccepted' }
  | { readonly kind: 'StreamClosed' }
  | { readonly kind: 'Received'; readonly message: RelayMessage['message'] }
  /** They have been silent for so long, on the stream and the pipe, that they count as gone. */
  | { readonly kind: 'Abandoned' }
  /** Our router is gone, and all that was on it. */
  | { readonly kind: 'MediaReset' }
  | { readonly kind: 'AnnouncedAll'; readonly image: Image }
  | { readonly kind: 'Announced'; readonly actions: readonly ImageAction[] }
  /** What we want of them, all of it; `paused`: keep it piped, but send nothing. */
  | { readonly kind: 'Wanted'; readonly wants: ReadonlyMap<string, { readonly paused: boolean }> }
  /** Asks anew for what was refused. */
  | { readonly kind: 'WantedAnew'; readonly producerId: string }
  /** Which producer on our router it is now; undefined: none. */
  | { readonly kind: 'Availability'; readonly producerId: string; readonly localId: string | undefined }
  /** Whoever used what is being replaced had the time to switch over. */
  | { readonly kind: 'SwitchedOver'; readonly producerId: string }
  | { readonly kind: 'PipeOpened'; readonly ref: Ref; readonly endpoint: Endpoint }
  | { readonly kind: 'PipeFailed'; readonly ref: Ref }
  | {
      readonly kind: 'OutOpened';
      readonly ref: Ref;
      readonly producerId: string;
      readonly piped: PipedDescription;
    }
  | { readonly kind: 'OutFailed'; readonly ref: Ref; readonly producerId: string; readonly reason: string }
  | { readonly kind: 'InOpened'; readonly ref: Ref; readonly producerId: string }
  | { readonly kind: 'InFailed'; readonly ref: Ref; readonly producerId: string; readonly reason: string };

export type RelayMessageBody = Exclude<MessageInitShape<typeof RelayMessageSchema>['message'], undefined>;

export type RelayEffect =
  /** With what the runner knows: names, instance, generation, term and epoch. */
  | { readonly kind: 'SendHello' }
  | { readonly kind: 'Send'; readonly message: RelayMessageBody }
  | { readonly kind: 'OpenPipe'; readonly ref: Ref }
  | { readonly kind: 'BindPipe'; readonly ref: Ref; readonly to: Endpoint }
  /** Closes all that goes through it, too. */
  | { readonly kind: 'ClosePipe'; readonly ref: Ref }
  | {
      readonly kind: 'PipeOut';
      readonly ref: Ref;
      readonly pipe: Ref;
      readonly producer: Producer;
      readonly source: string;
      readonly paused: boolean;
    }
  | { readonly kind: 'PauseOut'; readonly ref: Ref; readonly paused: boolean }
  | { readonly kind: 'CloseOut'; readonly ref: Ref }
  | {
      readonly kind: 'PipeIn';
      readonly ref: Ref;
      readonly pipe: Ref;
      readonly piped: PipedProducer;
      readonly localId: string;
      readonly paused: boolean;
    }
  | { readonly kind: 'PauseIn'; readonly ref: Ref; readonly paused: boolean }
  | { readonly kind: 'CloseIn'; readonly ref: Ref; readonly producerId: string; readonly localId: string }
  /** A producer of theirs can be consumed here now. */
  | { readonly kind: 'Arrived'; readonly producerId: string; readonly localId: string; readonly via: Via }
  /** It can't be had now. `final`: not before it is wanted anew. */
  | { readonly kind: 'Missed'; readonly producerId: string; readonly reason: string; readonly final: boolean }
  /** They told what is there. */
  | { readonly kind: 'Learn'; readonly action: ImageAction }
  | { readonly kind: 'Demanded'; readonly demanded: ReadonlyMap<string, Wish> }
  | { readonly kind: 'Hear'; readonly levels: readonly AudioLevel[] }
  | { readonly kind: 'TellScore'; readonly score: ProducerScore };

export interface RelayStep {
  readonly state: RelayState;
  readonly effects: readonly RelayEffect[];
}

/** Whether media can go through the pipe: both ends are each other's. */
export function usablePipe(state: RelayState): OpenPipe | undefined {
  const { pipe, theirPipe } = state;
  if (pipe.kind !== 'Open' || pipe.boundTo === undefined) return undefined;
  return pipe.boundTo === theirPipe?.pipeId ? pipe : undefined;
}
