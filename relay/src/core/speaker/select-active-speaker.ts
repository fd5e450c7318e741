/**
 * Who speaks, from everybody's audio levels, here and beyond relays. A newcomer must be heard for a while before he becomes the
 * speaker, and must be clearly louder to take over from one who still speaks; so a cough or an echo changes nothing.
 */

export interface LevelSample {
  readonly participantId: string;
  /** dBov, from -127 (silence) to 0. */
  readonly dbov: number;
}

interface Heard {
  readonly dbov: number;
  readonly sinceMs: number;
  readonly lastMs: number;
}

export interface SpeakerState {
  /** Undefined: nobody speaks. */
  readonly speaker: string | undefined;
  readonly heard: ReadonlyMap<string, Heard>;
}

export interface SpeakerRules {
  /** How long one must be heard to become the speaker. */
  readonly minSpeechMs: number;
  /** How much louder than the speaker, who still speaks. */
  readonly marginDb: number;
  /** A level older than this counts as a pause in somebody's speech … */
  readonly pauseMs: number;
  /** … and with nobody heard for this long, nobody is the speaker. */
  readonly releaseMs: number;
  /** The share of a new sample in the smoothed level. */
  readonly smoothing: number;
}

export const defaultSpeakerRules: SpeakerRules = {
  minSpeechMs: 500,
  marginDb: 6,
  pauseMs: 700,
  releaseMs: 2_500,
  smoothing: 0.5,
};

export const silentState: SpeakerState = { speaker: undefined, heard: new Map() };

export interface SpeakerInput {
  readonly nowMs: number;
  /** New since the last call; who is silent isn't in it. */
  readonly levels: readonly LevelSample[];
  /** Those that left. */
  readonly gone?: readonly string[];
}

/** The next state; the same input gives the same answer. */
export function selectActiveSpeaker(
  state: SpeakerState,
  input: SpeakerInput,
  rules: SpeakerRules = defaultSpeakerRules,
): SpeakerState {
  const heard = hear(state.heard, input, rules);
  const speaking = [...heard].filter(([, level]) => input.nowMs - level.lastMs <= rules.pauseMs);
  const qualified = speaking.filter(([, level]) => input.nowMs - level.sinceMs >= rules.minSpeechMs);
  const loudest = qualified.toSorted(([a, left], [b, right]) => right.dbov - left.dbov || (a < b ? -1 : 1))[0];
  return { speaker: nextSpeaker(state.speaker, { heard, speaking: new Map(speaking), loudest }, rules), heard };
}

/** Those heard just now, loudest first. */
export function audibleLevels(state: SpeakerState, nowMs: number, limit: number): LevelSample[] {
  return [...state.heard]
    .filter(([, level]) => nowMs - level.lastMs <= defaultSpeakerRules.pauseMs)
    .map(([participantId, level]) => ({ participantId, dbov: Math.round(level.dbov) }))
    .toSorted((a, b) => b.dbov - a.dbov || (a.participantId < b.participantId ? -1 : 1))
    .slice(0, limit);
}

function hear(before: ReadonlyMap<string, Heard>, input: SpeakerInput, rules: SpeakerRules): Map<string, Heard> {
  const gone = new Set(input.gone);
  const heard = new Map(
    [...before].filter(([id, level]) => !gone.has(id) && input.nowMs - level.lastMs <= rules.releaseMs),
  );
  for (const { participantId, dbov } of input.levels) {
    const last = heard.get(participantId);
    const continues = last !== undefined && input.nowMs - last.lastMs <= rules.pauseMs;
    heard.set(participantId, {
      dbov: continues ? last.dbov + rules.smoothing * (dbov - last.dbov) : dbov,
      sinceMs: continues ? last.sinceMs : input.nowMs,
      lastMs: input.nowMs,
    });
  }
  return heard;
}

interface Scene {
  readonly heard: ReadonlyMap<string, Heard>;
  readonly speaking: ReadonlyMap<string, Heard>;
  readonly loudest: readonly [string, Heard] | undefined;
}

function nextSpeaker(current: string | undefined, scene: Scene, rules: SpeakerRules): string | undefined {
  if (current === undefined) return scene.loudest?.[0];
  if (scene.loudest !== undefined) {
    const still = scene.speaking.get(current);
    const [candidate, level] = scene.loudest;
    return still === undefined || level.dbov >= still.dbov + rules.marginDb ? candidate : current;
  }
  return scene.heard.has(current) ? current : undefined;
}
