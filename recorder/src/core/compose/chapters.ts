/** Where a viewer wants to jump to: somebody comes, somebody shares a screen. */
import type { Manifest } from '../../format/recording.js';
import { cleanName } from './label.js';
import { nameAt, personsOf, tracksOf } from './people.js';

export interface Chapter {
  readonly startMs: number;
  readonly endMs: number;
  readonly title: string;
}

interface Event {
  readonly atMs: number;
  readonly what: 'joined' | 'shared a screen';
  readonly name: string;
}

export const maxChapters = 100;
/** What happens within this time is one chapter; more where there were too many. */
const firstApartMs = 10_000;

/** They cover the whole recording. */
export function chaptersOf(manifest: Pick<Manifest, 'events' | 'endMs'>): Chapter[] {
  const events = eventsOf(manifest);
  let apartMs = firstApartMs;
  let groups = grouped(events, apartMs);
  while (groups.length > maxChapters) {
    apartMs *= 2;
    groups = grouped(events, apartMs);
  }
  if ((groups[0]?.[0]?.atMs ?? Infinity) >= apartMs) groups = [[], ...groups];
  return groups.map((group, index) => ({
    startMs: index === 0 ? 0 : (group[0]?.atMs ?? 0),
    endMs: groups[index + 1]?.[0]?.atMs ?? manifest.endMs,
    title: titleOf(group),
  }));
}

/** Reads as ffmpeg's metadata file. */
export function renderChapters(chapters: readonly Chapter[], title: string): string {
  const parts = chapters.map(
    ({ startMs, endMs, title: chapter }) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${String(startMs)}\nEND=${String(endMs)}\ntitle=${escaped(chapter)}\n`,
  );
  return [`;FFMETADATA1\ntitle=${escaped(cleanName(title))}\n`, ...parts].join('');
}

function eventsOf(manifest: Pick<Manifest, 'events' | 'endMs'>): Event[] {
  const persons = personsOf(manifest);
  const joins = persons.flatMap((person): Event[] => {
    const atMs = person.present[0]?.fromMs;
    return atMs === undefined ? [] : [{ atMs, what: 'joined', name: nameAt(person, atMs) }];
  });
  const shares = tracksOf(manifest).flatMap(({ source, startMs, participantId }): Event[] => {
    const person = persons.find((one) => one.participantId === participantId);
    if (source !== 'screen' || person === undefined) return [];
    return [{ atMs: startMs, what: 'shared a screen', name: nameAt(person, startMs) }];
  });
  return [...joins, ...shares]
    .map((event) => ({ ...event, name: cleanName(event.name) }))
    .filter(({ name, atMs }) => name !== '' && atMs < manifest.endMs)
    .toSorted((a, b) => a.atMs - b.atMs);
}

function grouped(events: readonly Event[], apartMs: number): Event[][] {
  const groups: Event[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    if (group?.[0] !== undefined && event.atMs - group[0].atMs < apartMs) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

function titleOf(group: readonly Event[]): string {
  if (group.length === 0) return 'Start';
  return [...Map.groupBy(group, ({ what }) => what)]
    .map(([what, events]) => `${listed([...new Set(events.map(({ name }) => name))])} ${what}`)
    .join('; ');
}

function listed(names: readonly string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${String(names.length - 2)} others`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** The format's special characters, of which it has no other way to carry them. */
function escaped(text: string): string {
  return text.replace(/[=;#\\\n]/g, '\\$&');
}
