/** The timeline's events as lives: who was there when, under which name, and which tracks they had. */
import type { Codec, Manifest, TimelineEvent, TrackSource } from '../../format/recording.js';
import { expectedSpans } from '../gaps/gaps.js';
import { union, type Span } from '../gaps/spans.js';

export interface TrackLife {
  readonly trackId: string;
  readonly participantId: string;
  readonly source: TrackSource;
  readonly codec: Codec;
  readonly startMs: number;
  /** When the track was there and not muted, whether or not its participant had a newer one. */
  readonly sending: readonly Span[];
}

export interface Person {
  readonly participantId: string;
  /** When they were in the meeting. */
  readonly present: readonly Span[];
  /** Their names, each from a time on; at least one. */
  readonly names: readonly { readonly fromMs: number; readonly name: string }[];
}

type Timeline = Pick<Manifest, 'events' | 'endMs'>;

/** In the order in which they started. */
export function tracksOf({ events, endMs }: Timeline): TrackLife[] {
  const own = Map.groupBy(events, (event) => ('trackId' in event ? event.trackId : undefined));
  const started = events.filter((event) => event.type === 'TrackStarted');
  const first = new Map(started.toReversed().map((event) => [event.trackId, event]));
  return [...first.values()].toReversed().map(({ trackId, participantId, source, codec, atMs }) => ({
    trackId,
    participantId,
    source,
    codec,
    startMs: atMs,
    sending: expectedSpans(own.get(trackId) ?? [], endMs).get(trackId) ?? [],
  }));
}

interface OpenPerson {
  readonly participantId: string;
  readonly present: Span[];
  readonly names: { fromMs: number; name: string }[];
  /** Undefined when they are away. */
  sinceMs: number | undefined;
}

/** In the order in which they came. A pod that comes later may say again what is known. */
export function personsOf({ events, endMs }: Timeline): Person[] {
  const persons = new Map<string, OpenPerson>();
  for (const event of events) {
    if (event.atMs > endMs) break;
    tell(persons, event);
  }
  return [...persons.values()].map((person) => {
    leave(person, endMs);
    return { participantId: person.participantId, present: union(person.present), names: person.names };
  });
}

/** The name that a person has at a time, or their first one before it. */
export function nameAt({ names }: Pick<Person, 'names'>, atMs: number): string {
  return (names.findLast(({ fromMs }) => fromMs <= atMs) ?? names[0])?.name ?? '';
}

function tell(persons: Map<string, OpenPerson>, event: TimelineEvent): void {
  if (event.type === 'ParticipantLeft') {
    const person = persons.get(event.participantId);
    if (person !== undefined) leave(person, event.atMs);
  }
  if (event.type === 'ParticipantJoined' || event.type === 'ParticipantRenamed') {
    const { participantId, name, atMs } = event;
    const person = persons.get(participantId) ?? { participantId, present: [], names: [], sinceMs: undefined };
    persons.set(participantId, person);
    if (event.type === 'ParticipantJoined') person.sinceMs ??= atMs;
    if (person.names.at(-1)?.name !== name) person.names.push({ fromMs: atMs, name });
  }
}

function leave(person: OpenPerson, atMs: number): void {
  if (person.sinceMs !== undefined) person.present.push({ fromMs: person.sinceMs, untilMs: atMs });
  person.sinceMs = undefined;
}
