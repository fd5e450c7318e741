/** Which pods record which meetings, as the controller of recordings says; the meeting's planner gives each a tap (core/topology/taps.ts). */
export interface MeetingRecorders {
  /**
   * Names of the pods that record a meeting now; those that are starting are among them, so that their tap is there when they are.
   * While one takes the place of another, the other's name stays: people are told that the recording ends when nobody is left.
   * @param meeting key of the Meeting
   */
  set(meeting: string, recorders: readonly string[]): void;
  /** Every job was looked at: from now on a meeting that nothing was set for has none. Before, meetings keep the taps that they have. */
  markComplete(): void;
  /** Undefined: not known yet. */
  of(meeting: string): readonly string[] | undefined;
  /** Tells of meetings whose recorders have changed, or are known now. */
  subscribe(listener: (meeting: string) => void): () => void;
}

export function createMeetingRecorders(): MeetingRecorders {
  const recorders = new Map<string, readonly string[]>();
  const listeners = new Set<(meeting: string) => void>();
  /** Those that were asked for before it was known. */
  const waiting = new Set<string>();
  let complete = false;
  const tell = (meeting: string): void => {
    waiting.delete(meeting);
    for (const listener of listeners) listener(meeting);
  };
  return {
    set: (meeting, names) => {
      const before = recorders.get(meeting) ?? (complete ? [] : undefined);
      const now = names.toSorted();
      if (now.length > 0 || !complete) recorders.set(meeting, now);
      else recorders.delete(meeting);
      if (before === undefined || before.join() !== now.join()) tell(meeting);
    },
    markComplete: () => {
      if (complete) return;
      complete = true;
      for (const [meeting, names] of recorders) if (names.length === 0) recorders.delete(meeting);
      for (const meeting of [...waiting]) tell(meeting);
    },
    of: (meeting) => {
      const known = recorders.get(meeting) ?? (complete ? [] : undefined);
      if (known === undefined) waiting.add(meeting);
      return known;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
