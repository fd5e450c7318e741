/** One term of leadership. */
export interface Leadership {
  /** The lease's `leaseTransitions` after it was won: grows with every change of hands, so it fences. */
  readonly term: number;
  /** Aborts before the lease can be taken by another. */
  readonly signal: AbortSignal;
}

/** The view that writers have of it. */
export interface LeadershipView {
  /** For how long it is certain that no other leads; 0 when it isn't certain at all. */
  remainingMs(): number;
}

export interface Elector extends LeadershipView {
  isLeader(): boolean;
  /** Of the current leadership, if there is one. */
  readonly term: number | undefined;
  /** Stops leading, waits for what was led, and gives the lease back. */
  close(): Promise<void>;
}
