/** How many nodes a day needs at its busiest, found by running it on one boundless node a region. */
import { createCell, enter, leave, openMeeting, setActivity, type Cell } from './cell.js';
import { createFleet } from './fleet/fleet.js';
import { PACKETS_PER_SECOND_OF_CORE } from './fleet/node-shape.js';
import { indexOf, kindOf, timeOf } from './workload/events.js';
import { DAY_MS, MINUTE_MS, REGIONS } from './workload/parameters.js';
import type { Workload } from './workload/workload.js';

/** Nodes of each region with which the mean CPU at the busiest minute is `utilization`. */
export function nodesFor(workload: Workload, utilization: number): readonly number[] {
  const fleet = createFleet({
    sizes: REGIONS.map(() => 1),
    reportMs: 1,
    packetsPerSecondOfCore: PACKETS_PER_SECOND_OF_CORE,
  });
  const cell = createCell(workload, fleet);
  const peaks = REGIONS.map(() => 0);
  let nextMs = 0;
  for (const event of workload.events) {
    cell.nowMs = timeOf(event);
    if (cell.nowMs >= DAY_MS) break;
    if (cell.nowMs >= nextMs) {
      peaks.forEach((peak, region) => (peaks[region] = Math.max(peak, fleet.packetsPerSecond[region] as number)));
      nextMs = cell.nowMs + MINUTE_MS;
    }
    applyEvent(cell, event);
  }
  return peaks.map((peak) => Math.max(2, Math.ceil(peak / (PACKETS_PER_SECOND_OF_CORE * utilization))));
}

function applyEvent(cell: Cell, event: number): void {
  const { participants, changes } = cell.workload;
  const index = indexOf(event);
  const kind = kindOf(event);
  if (kind === 'Change') {
    const meeting = cell.meetings.get(changes.meeting[index] as number);
    if (meeting !== undefined) setActivity(cell, meeting, changes.activity[index] as number);
    return;
  }
  const meeting = openMeeting(cell, participants.meeting[index] as number);
  if (kind === 'Join') enter(cell, meeting, index, participants.region[index] as number);
  else leave(cell, meeting, index);
}
