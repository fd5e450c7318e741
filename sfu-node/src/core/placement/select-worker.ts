/** Which worker a room goes to. */
export interface WorkerLoad {
  readonly index: number;
  readonly rooms: number;
  readonly consumers: number;
}

/** A room weighs as much as these consumers though it is still empty: rooms that come at once must not all go to one worker. */
const consumersPerRoom = 4;

/** The least loaded; of equals the first. Undefined when there is none. */
export function selectWorker<W extends WorkerLoad>(workers: readonly W[]): W | undefined {
  const weight = (worker: W): number => worker.consumers + worker.rooms * consumersPerRoom;
  return workers.toSorted((a, b) => weight(a) - weight(b) || a.index - b.index)[0];
}
