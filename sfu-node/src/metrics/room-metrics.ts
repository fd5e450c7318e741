/** What rooms hold, whom they refuse, and what went wrong in them. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AdmissionRefusal } from '../core/admission/decide-admission.js';

export interface RoomCounts {
  readonly rooms: number;
  readonly participants: number;
  readonly producers: number;
  readonly consumers: number;
  readonly transports: number;
  readonly relays: number;
}

export interface RoomMetrics {
  refused(reason: AdmissionRefusal | 'TooManyRooms'): void;
  queueOverflowed(): void;
  mediaRebuilt(): void;
}

const gauges: Readonly<Record<keyof RoomCounts, string>> = {
  rooms: 'Meetings with a room on this node.',
  participants: 'Participants that joined on this node.',
  producers: "Media and data producers of this node's participants.",
  consumers: "Media and data consumers of this node's participants.",
  transports: 'Open WebRTC and pipe transports.',
  relays: 'Relays to other nodes, one for each meeting and peer.',
};

export function createRoomMetrics(registry: Registry, counts: () => RoomCounts): RoomMetrics {
  for (const [name, help] of Object.entries(gauges)) {
    new Gauge({
      name: `parley_node_${name}`,
      help,
      registers: [registry],
      collect(): void {
        this.set(counts()[name as keyof RoomCounts]);
      },
    });
  }
  const refusals = new Counter({
    name: 'parley_node_admission_refusals_total',
    help: 'Participants and rooms refused, by reason: NodeFull, PlacementFull, MeetingFull, TooManyRooms.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of ['NodeFull', 'PlacementFull', 'MeetingFull', 'TooManyRooms']) refusals.inc({ reason }, 0);
  const overflows = new Counter({
    name: 'parley_node_event_queue_overflows_total',
    help: 'Event streams that were ended because the signaling replica fell behind.',
    registers: [registry],
  });
  const rebuilds = new Counter({
    name: 'parley_node_room_rebuilds_total',
    help: 'Rooms whose media was lost with its worker and rebuilt on another.',
    registers: [registry],
  });
  return {
    refused: (reason) => refusals.inc({ reason }),
    queueOverflowed: () => overflows.inc(),
    mediaRebuilt: () => rebuilds.inc(),
  };
}
