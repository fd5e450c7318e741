/** How much is simulated. */

export interface Scale {
  readonly cells: number;
  /** Meetings that go on at once in a cell's busiest hour. */
  readonly peakMeetings: number;
}

export const SCALES: Readonly<Record<'small' | 'default' | 'full', Scale>> = {
  small: { cells: 1, peakMeetings: 500 },
  default: { cells: 2, peakMeetings: 600 },
  /** 500,000 meetings at once, in cells as large as one may be. */
  full: { cells: 25, peakMeetings: 20_000 },
};

/** Mean CPU of all nodes at the busiest minute, with nodes enough for that all day: the same for every policy. */
export const PEAK_UTILIZATION = 0.6;
/** The same of as many nodes as a scaler may ask for: more than any does. */
export const LEAST_UTILIZATION = 0.25;
export const SEED = 20_260;
