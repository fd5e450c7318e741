import { expect, it } from 'vitest';
import { decideAdmission, type AdmissionWorld } from './decide-admission.js';

const roomy: AdmissionWorld = {
  nodeParticipants: 9,
  nodeCapacity: 10,
  placementParticipants: 4,
  placementLimit: 5,
  meetingParticipants: 19,
  meetingLimit: 20,
};

it.each([
  ['admits below every limit', {}, undefined],
  ['admits without limits of the meeting', { placementLimit: 0, meetingLimit: 0, meetingParticipants: 999 }, undefined],
  ["refuses at the node's capacity", { nodeParticipants: 10 }, 'NodeFull'],
  ["refuses at the placement's limit", { placementParticipants: 5 }, 'PlacementFull'],
  ["refuses at the meeting's limit, before all else", { meetingParticipants: 20, nodeParticipants: 10 }, 'MeetingFull'],
] as const)('%s', (_, change, refusal) => {
  expect(decideAdmission({ ...roomy, ...change })).toBe(refusal);
});
