import type { MeetingParticipant, ParticipantMedia } from '@parley/sdk/core/roster/view-participants.js';

/** One picture in the grid: a participant's camera (or their initials), or a screen that they share. */
export interface TileView<Track = MediaStreamTrack> {
  readonly key: string;
  readonly participant: MeetingParticipant<Track>;
  readonly isScreen: boolean;
  /** Undefined when there is nothing to be seen. */
  readonly video: ParticipantMedia<Track> | undefined;
  readonly muted: boolean;
}

/** Shared screens first, then people in the order of joining. */
export function tilesOf<Track>(participants: readonly MeetingParticipant<Track>[]): TileView<Track>[] {
  const screens: TileView<Track>[] = [];
  const people: TileView<Track>[] = [];
  for (const participant of participants) {
    const of = (source: string): ParticipantMedia<Track> | undefined =>
      participant.media.find((media) => media.source === source && !media.paused);
    const muted = of('microphone') === undefined;
    const screen = of('screen');
    if (screen !== undefined) {
      screens.push({ key: `${participant.id}-screen`, participant, isScreen: true, video: screen, muted });
    }
    people.push({ key: participant.id, participant, isScreen: false, video: of('camera'), muted });
  }
  return [...screens, ...people];
}

/** For someone without a picture: the first letters of up to two words. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== '');
  const segmenter = new Intl.Segmenter();
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen
    .flatMap((word = '') => Array.from(segmenter.segment(word)).slice(0, 1))
    .map(({ segment }) => segment.toLocaleUpperCase())
    .join('');
}
