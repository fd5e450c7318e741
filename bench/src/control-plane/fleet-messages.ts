/** Between the benchmark and the processes that hold its fake nodes. */
export type FleetMessage =
  | { readonly kind: 'Start'; readonly name: string; readonly ip: string }
  /** Who comes to each meeting that is placed from now on. */
  | { readonly kind: 'People'; readonly peoplePerMeeting: number }
  | { readonly kind: 'Count' };

export interface FleetAnswer {
  readonly nodes: number;
  /** Topologies that they took. */
  readonly taken: number;
}
