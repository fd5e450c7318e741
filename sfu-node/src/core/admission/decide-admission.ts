/** Whether one more participant may enter. The reason is the first word of the error's message, and a metric's label. */
export type AdmissionRefusal = 'NodeFull' | 'PlacementFull' | 'MeetingFull';

export interface AdmissionWorld {
  readonly nodeParticipants: number;
  readonly nodeCapacity: number;
  readonly placementParticipants: number;
  /** 0: no limit of its own. */
  readonly placementLimit: number;
  /** On every node, as far as relays tell. */
  readonly meetingParticipants: number;
  /** 0: no limit. */
  readonly meetingLimit: number;
}

/** The refusal that a caller can do most about stands last: a full node or placement means another node, a full meeting none. */
export function decideAdmission(world: AdmissionWorld): AdmissionRefusal | undefined {
  if (world.meetingLimit > 0 && world.meetingParticipants >= world.meetingLimit) return 'MeetingFull';
  if (world.placementLimit > 0 && world.placementParticipants >= world.placementLimit) return 'PlacementFull';
  if (world.nodeParticipants >= world.nodeCapacity) return 'NodeFull';
  return undefined;
}
