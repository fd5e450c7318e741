/** The picture over time: scenes in each of which the same tiles stand at the same places. */
import type { Layout, Manifest, TrackSource } from '../../format/recording.js';
import type { Span } from '../gaps/spans.js';
import { heldSpeakers, firstWords, type SpeakerChange } from './active-speaker.js';
import { frameAt, framesPerSecond, msOfFrame, totalFrames } from './canvas.js';
import type { Feed } from './feeds.js';
import { cleanName } from './label.js';
import { gridOf, maxGalleryTiles, stageOf, stripRoom, type Box } from './layout.js';
import { nameAt, personsOf, type Person } from './people.js';

/** Video of a track; `Plain`: there is no camera; `Lost`: there was one, and its picture was not recorded. */
export type Picture =
  { readonly kind: 'Video'; readonly trackId: string } | { readonly kind: 'Plain' } | { readonly kind: 'Lost' };

export interface Tile {
  readonly box: Box;
  readonly source: Extract<TrackSource, 'camera' | 'screen'>;
  readonly name: string;
  readonly picture: Picture;
}

export interface Scene {
  readonly firstFrame: number;
  readonly frames: number;
  /** None: nobody is there. */
  readonly tiles: readonly Tile[];
}

/** What changes sooner again is shown only from then on, so a scene shows at most this much of what is over. */
export const shortestSceneFrames = framesPerSecond / 2;
/** So that little is done again after an interruption, and few segments are needed at once. */
export const longestSceneFrames = 60 * framesPerSecond;
/** Where nothing moves: every one after the first is the same, so it is made once. */
const longestStillFrames = 4 * framesPerSecond;

/** In order; together they are all frames of the recording, each once. */
export function scenesOf(manifest: Manifest, feeds: readonly Feed[], layout: Layout): Scene[] {
  const speakers = layout === 'ActiveSpeaker' ? heldSpeakers(manifest.events) : [];
  const endFrame = totalFrames(manifest.endMs);
  const cast: Cast = { persons: inOrder(personsOf(manifest), firstWords(manifest.events)), feeds, speakers, layout };
  const starts = [{ firstFrame: 0, tiles: tilesAt(cast, 0) }];
  let seen = 0;
  for (const change of changeFrames(cast)) {
    const last = starts.at(-1);
    // One that comes too soon after the last waits; what changes meanwhile comes with it.
    const firstFrame = Math.max(change, (last?.firstFrame ?? 0) + shortestSceneFrames);
    if (change <= seen || firstFrame >= endFrame) continue;
    seen = firstFrame;
    const tiles = tilesAt(cast, firstFrame);
    if (!same(last?.tiles ?? [], tiles)) starts.push({ firstFrame, tiles });
  }
  return starts.flatMap(({ firstFrame, tiles }, index) =>
    parts({ firstFrame, tiles, frames: (starts[index + 1]?.firstFrame ?? endFrame) - firstFrame }),
  );
}

interface Cast {
  readonly persons: readonly Person[];
  readonly feeds: readonly Feed[];
  readonly speakers: readonly SpeakerChange[];
  readonly layout: Layout;
}

/** Who speaks first stands first, then who came first: nobody's place depends on who speaks at the time. */
function inOrder(persons: readonly Person[], firstWord: ReadonlyMap<string, number>): Person[] {
  const key = ({ participantId }: Person): number => firstWord.get(participantId) ?? Infinity;
  return persons.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
}

/** In order. */
function changeFrames({ persons, feeds, speakers }: Cast): number[] {
  const edges = (spans: readonly Span[]): number[] => spans.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
  const times = [
    ...persons.flatMap(({ present, names }) => [...edges(present), ...names.map(({ fromMs }) => fromMs)]),
    ...feeds.flatMap(({ source, live, lost }) => (isPicture(source) ? [...edges(live), ...edges(lost)] : [])),
    ...speakers.map(({ fromMs }) => fromMs),
  ];
  return times.map(frameAt).toSorted((a, b) => a - b);
}

function parts(scene: Scene): Scene[] {
  const longest = scene.tiles.some(({ picture }) => picture.kind === 'Video') ? longestSceneFrames : longestStillFrames;
  const count = Math.ceil(scene.frames / longest);
  return Array.from({ length: count }, (_, part) => ({
    ...scene,
    firstFrame: scene.firstFrame + part * longest,
    frames: Math.min(longest, scene.frames - part * longest),
  }));
}

type Shown = Omit<Tile, 'box'>;

/** What is to be seen from a frame on: whatever changes less than half a frame later changes with it. */
function tilesAt(cast: Cast, frame: number): Tile[] {
  const atMs = msOfFrame(frame + 0.499);
  const present = cast.persons.filter((person) => holds(person.present, atMs));
  const [shared, ...otherScreens] = screensAt(cast, present, atMs);
  if (shared !== undefined) {
    const maxColumns = cast.layout === 'Gallery' ? 2 : 1;
    const others = [...otherScreens, ...camerasAt(cast, present, atMs)].slice(0, stripRoom(maxColumns));
    return placed([shared, ...others], stageOf({ others: others.length, main: 'Tall', maxColumns }));
  }
  const cameras = camerasAt(cast, present, atMs);
  if (cameras.length === 0) return [];
  if (cast.layout === 'Gallery') return placed(cameras, gridOf(Math.min(cameras.length, maxGalleryTiles)));
  const others = Math.min(cameras.length - 1, stripRoom(1));
  return placed(cameras, stageOf({ others, main: 'Wide', maxColumns: 1 }));
}

/** In the layout that follows the speaker, who speaks, or spoke last, is the first. */
function camerasAt(cast: Cast, present: readonly Person[], atMs: number): Shown[] {
  const speaker = cast.speakers.findLast(
    ({ fromMs, participantId }) => fromMs <= atMs && present.some((person) => person.participantId === participantId),
  );
  const isFirst = (person: Person): number => (person.participantId === speaker?.participantId ? 0 : 1);
  return present.toSorted((a, b) => isFirst(a) - isFirst(b)).map((person) => shownOf(cast, person, 'camera', atMs));
}

/** What was shared last is the first. */
function screensAt(cast: Cast, present: readonly Person[], atMs: number): Shown[] {
  const sharers = cast.feeds
    .filter(({ source, live, lost }) => source === 'screen' && (holds(live, atMs) || holds(lost, atMs)))
    .toSorted((a, b) => b.startMs - a.startMs)
    .map(({ participantId }) => participantId);
  return [...new Set(sharers)].flatMap((participantId) => {
    const person = present.find((one) => one.participantId === participantId);
    return person === undefined ? [] : [shownOf(cast, person, 'screen', atMs)];
  });
}

function shownOf({ feeds }: Cast, person: Person, source: Tile['source'], atMs: number): Shown {
  const name = cleanName(nameAt(person, atMs));
  const own = feeds.filter((feed) => feed.participantId === person.participantId && feed.source === source);
  const live = own.find((feed) => holds(feed.live, atMs));
  if (live !== undefined) return { source, name, picture: { kind: 'Video', trackId: live.trackId } };
  return { source, name, picture: { kind: own.some(({ lost }) => holds(lost, atMs)) ? 'Lost' : 'Plain' } };
}

/** As many as there are places. */
function placed(tiles: readonly Shown[], boxes: readonly Box[]): Tile[] {
  return tiles.flatMap((tile, index) => {
    const box = boxes[index];
    return box === undefined ? [] : [{ ...tile, box }];
  });
}

function holds(spans: readonly Span[], atMs: number): boolean {
  return spans.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
}

function isPicture(source: TrackSource): boolean {
  return source === 'camera' || source === 'screen';
}

function same(a: readonly Tile[], b: readonly Tile[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
