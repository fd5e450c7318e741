/** One side of a relay, running: feeds the machine, performs its effects on the stream and the media, and tells the room. */
import type { AudioLevel } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { RelayHello, RelayMessage } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Logger } from '@parley/process/log.js';
import { judgeHello, type HelloRefusal } from './core/relay/judge-hello.js';
import type { RelayPlan } from './core/relay/plan-relays.js';
import type { Via } from './core/relay/passage.js';
import { stepRelay } from './core/relay/relay-machine.js';
import {
  initialRelay,
  type RelayEffect,
  type RelayInput,
  type RelayMessageBody,
  type RelayState,
  type Wish,
} from './core/relay/relay-state.js';
import type { ImageAction } from './core/roster/roster-state.js';
import type { Fence } from './core/topology/compare-fence.js';
import type { PipeMedia } from './pipe-media.js';
import type { EndReason, RelayMetrics } from './relay-metrics.js';
import { RelayStream } from './relay-stream.js';
import type { RelayTiming } from './relay-timing.js';

/** A producer of theirs, as it can be consumed on our router. */
export interface OpenCopy {
  readonly producerId: string;
  readonly localId: string;
}

/** What the room makes of a relay's news. */
export interface RelayListener {
  learned(peer: string, action: ImageAction): void;
  demanded(peer: string, demanded: ReadonlyMap<string, Wish>): void;
  /** A producer of theirs can be consumed here now. */
  arrived(peer: string, copy: OpenCopy & { readonly via: Via }): void;
  /** It no longer can. */
  gone(peer: string, copy: OpenCopy): void;
  missed(peer: string, producerId: string, why: { readonly reason: string; readonly final: boolean }): void;
  /** The peer can't be reached any more, or can now. */
  reachChanged(): void;
  heard(peer: string, levels: readonly AudioLevel[]): void;
  scored(peer: string, score: { readonly producerId: string; readonly score: number }): void;
}

export interface RelayRunnerOptions {
  readonly self: { readonly meetingId: string; readonly node: string; readonly instanceId: string };
  readonly generation: () => number;
  readonly fence: () => Fence;
  readonly plan: RelayPlan;
  /** The way to the other side of what is made of a producer on our router. */
  readonly viaOf: (localId: string) => Via;
  readonly createMedia: (feed: (input: RelayInput) => void) => PipeMedia;
  readonly listener: RelayListener;
  readonly timing: RelayTiming;
  readonly metrics: RelayMetrics;
  readonly log: Logger;
}

const anyFence: Fence = { term: 0, epoch: 0 };
/** What a recorder has none of: it only receives. */
const news: ReadonlySet<RelayEffect['kind']> = new Set<RelayEffect['kind']>(['Learn', 'Hear', 'TellScore']);

export class RelayRunner {
  readonly media: PipeMedia;
  readonly #options: RelayRunnerOptions;
  readonly #peer: string;
  #plan: RelayPlan;
  #state: RelayState;
  #stream: RelayStream | undefined;
  #abandoning: NodeJS.Timeout | undefined;
  #despairing: NodeJS.Timeout | undefined;
  #unreachable = false;
  #closed = false;

  constructor(options: RelayRunnerOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#peer = options.plan.peer.node;
    this.#state = initialRelay(options.self.node < this.#peer);
    this.media = options.createMedia((input) => this.feed(input));
    this.#despairLater();
  }

  get plan(): RelayPlan {
    return this.#plan;
  }

  get up(): boolean {
    return this.#state.stream === 'Up';
  }

  /** Whether the stream to a node has not been up for a while; a recorder may still be starting. */
  get unreachable(): boolean {
    return this.#unreachable && this.#plan.peer.relation !== 'Tap';
  }

  /** Whether a producer of theirs can be consumed on our router. */
  has(producerId: string): boolean {
    return this.#state.incoming.get(producerId)?.open === true;
  }

  get openCopies(): OpenCopy[] {
    const { incoming, leavingIns } = this.#state;
    const open = [...incoming].filter(([, copy]) => copy.open);
    return [...leavingIns.values(), ...open.map(([producerId, { localId }]) => ({ producerId, localId }))];
  }

  /** Whether either side wants anything of the other. */
  get isInUse(): boolean {
    return this.#state.wishes.size > 0 || (this.up && this.#state.demanded.size > 0);
  }

  /** What a producer that they want is made of, by its id on our router. */
  sourceOf(producerId: string): string | undefined {
    return this.#state.available.get(producerId);
  }

  /** What they want of us now. */
  get demanded(): string[] {
    return this.up ? [...this.#state.demanded.keys()] : [];
  }

  /** Whether packets have come in for it, or none are to be expected. */
  flows(localId: string): Promise<boolean> {
    return this.media.flows(localId);
  }

  feed(input: RelayInput): void {
    if (this.#closed) return;
    const { state, effects } = stepRelay(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  /** The topology changed what this relay is: who comes next says hello by the new one. */
  replan(plan: RelayPlan): void {
    const { peer, dials, kind } = this.#plan;
    const same = plan.dials === dials && plan.kind === kind && plan.peer.relation === peer.relation;
    this.#plan = plan;
    if (!same) this.#stream?.end('TopologyChanged');
  }

  /** @param provenName of the peer's certificate, where there is one. */
  judge(hello: RelayHello, provenName: string | undefined): HelloRefusal | undefined {
    const { kind } = this.#plan;
    const { meetingId } = this.#options.self;
    // A recorder that has its tap is right, however old the topology that told it so: it goes on while nobody tells it of newer ones.
    const fence = kind === RelayKind.TAP ? anyFence : this.#options.fence();
    const refusal = judgeHello(hello, { meetingId, peer: this.#peer, kind, provenName, ...fence });
    if (refusal !== undefined) {
      this.#options.metrics.helloRefused(refusal);
      this.#options.log.info({ refusal, term: hello.term, epoch: hello.epoch }, 'hello refused');
    }
    return refusal;
  }

  /** A new stream; it replaces the one before. */
  open(role: 'Dialer' | 'Listener'): RelayStream {
    this.#stream?.end('Replaced');
    const stream = new RelayStream(this.#options.timing, (reason) => this.#streamEnded(stream, reason));
    this.#stream = stream;
    this.feed({ kind: 'StreamOpened', role });
    if (role === 'Listener') this.#standing();
    return stream;
  }

  /** The dialer's: the listener's hello is good. */
  accept(stream: RelayStream): void {
    if (stream !== this.#stream) return;
    this.feed({ kind: 'HelloAccepted' });
    this.#standing();
  }

  receive(stream: RelayStream, message: RelayMessage['message']): void {
    if (stream !== this.#stream) return;
    stream.heard();
    this.feed({ kind: 'Received', message });
  }

  /** Sends what may get lost, if they listen. */
  offer(message: RelayMessageBody): void {
    if (this.up) this.#stream?.offer(message);
  }

  close(reason: EndReason): void {
    if (this.#closed) return;
    this.#stream?.end(reason);
    this.#closed = true;
    clearTimeout(this.#abandoning);
    clearTimeout(this.#despairing);
    this.media.close();
  }

  #standing(): void {
    clearTimeout(this.#abandoning);
    clearTimeout(this.#despairing);
    this.#unreachable = false;
    this.#options.listener.reachChanged();
    this.#options.log.info({ role: this.#plan.dials ? 'dialer' : 'listener' }, 'relay is up');
  }

  #streamEnded(stream: RelayStream, reason: EndReason): void {
    if (stream !== this.#stream) return;
    const wasUp = this.up;
    this.#stream = undefined;
    this.feed({ kind: 'StreamClosed' });
    this.#options.metrics.streamEnded(reason);
    if (!wasUp) return;
    this.#options.log.info({ reason }, 'relay stream ended');
    this.#abandonLater(this.#options.timing.abandonMs);
    this.#despairLater();
  }

  #despairLater(): void {
    clearTimeout(this.#despairing);
    this.#despairing = setTimeout(() => this.#setUnreachable(!this.up), this.#options.timing.unreachableMs);
  }

  #setUnreachable(unreachable: boolean): void {
    if (unreachable === this.#unreachable) return;
    this.#unreachable = unreachable;
    this.#options.listener.reachChanged();
  }

  /** As long as media comes through the pipe, the peer lives, and only control is cut off. */
  #abandonLater(afterMs: number, bytesBefore?: number): void {
    clearTimeout(this.#abandoning);
    this.#abandoning = setTimeout(() => {
      void this.media.bytesReceived().then((bytes) => {
        // A dialer that is trying again has not come back yet.
        if (this.#closed || this.up) return;
        if (bytes !== bytesBefore) {
          this.#abandonLater(this.#options.timing.pipeSilenceMs, bytes);
          return;
        }
        this.#options.metrics.peerAbandoned();
        this.#options.log.warn('peer is silent on stream and pipe; its participants are taken out');
        this.feed({ kind: 'Abandoned' });
      });
    }, afterMs);
  }

  #perform(effect: RelayEffect): void {
    if (this.#plan.peer.relation === 'Tap' && news.has(effect.kind)) return;
    const { listener } = this.#options;
    switch (effect.kind) {
      case 'SendHello':
        this.#stream?.send({ case: 'hello', value: this.#hello() });
        return;
      case 'Send':
        this.#stream?.send(effect.message);
        return;
      case 'Learn':
        listener.learned(this.#peer, effect.action);
        return;
      case 'Demanded':
        listener.demanded(this.#peer, effect.demanded);
        return;
      case 'Arrived':
        listener.arrived(this.#peer, effect);
        return;
      case 'Missed':
        listener.missed(this.#peer, effect.producerId, effect);
        return;
      case 'Hear':
        listener.heard(this.#peer, effect.levels);
        return;
      case 'TellScore':
        listener.scored(this.#peer, effect.score);
        return;
      default:
        this.#performMedia(effect);
    }
  }

  #performMedia(effect: MediaEffect): void {
    const { media } = this;
    switch (effect.kind) {
      case 'OpenPipe':
        media.openPipe(effect.ref);
        return;
      case 'BindPipe':
        media.bindPipe(effect.ref, effect.to);
        return;
      case 'ClosePipe':
        media.closePipe(effect.ref);
        return;
      case 'PipeOut':
        media.pipeOut({ ...effect, via: this.#options.viaOf(effect.source) });
        return;
      case 'PauseOut':
        media.pauseOut(effect.ref, effect.paused);
        return;
      case 'CloseOut':
        media.closeOut(effect.ref);
        return;
      case 'PipeIn':
        media.pipeIn(effect);
        return;
      case 'PauseIn':
        media.pauseIn(effect.ref, effect.paused);
        return;
      case 'CloseIn':
        media.closeIn(effect.ref);
        this.#options.listener.gone(this.#peer, effect);
    }
  }

  #hello(): Omit<RelayHello, '$typeName' | '$unknown'> {
    return {
      ...this.#options.self,
      ...pickFence(this.#options.fence()),
      generation: this.#options.generation(),
      kind: this.#plan.kind,
    };
  }
}

type MediaEffect = Extract<
  RelayEffect,
  { kind: 'OpenPipe' | 'BindPipe' | 'ClosePipe' | `${'Pipe' | 'Pause' | 'Close'}${'Out' | 'In'}` }
>;

function pickFence({ term, epoch }: Fence): Fence {
  return { term, epoch };
}
