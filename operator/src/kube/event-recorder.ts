/** What an event is about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
}

export interface EventInput {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  /** From a closed vocabulary, UpperCamelCase (law 5). */
  readonly reason: string;
  /** What was done, UpperCamelCase. */
  readonly action: string;
  readonly note: string;
}

/** Writes events in the background: dedupes, limits, drops when it must. Never throws, never waits. */
export interface EventRecorder {
  record(event: EventInput): void;
  /** Sends what is still queued, within a deadline. */
  close(): Promise<void>;
}
