/** What a recorder asks for, by how many people are expected: see the table in docs/recording.md. */
import type { V1ResourceRequirements } from '@kubernetes/client-node';

const STEPS = [
  { people: 4, cpu: '500m', memoryMebibytes: 768 },
  { people: 10, cpu: '1', memoryMebibytes: 1_024 },
  { people: 25, cpu: '1500m', memoryMebibytes: 1_536 },
  { people: 50, cpu: '2', memoryMebibytes: 2_560 },
] as const;
const LARGEST = { cpu: '3', memoryMebibytes: 4_096 };
/** Composing decodes several tracks at once. */
const LIMIT_FACTOR = 3;

export function resourcesFor(expectedPeople: number): V1ResourceRequirements {
  const { cpu, memoryMebibytes } = STEPS.find(({ people }) => expectedPeople <= people) ?? LARGEST;
  return {
    requests: { cpu, memory: `${String(memoryMebibytes)}Mi` },
    limits: { memory: `${String(memoryMebibytes * LIMIT_FACTOR)}Mi` },
  };
}

/** What composing puts on disk beside the buffer: the tracks and the result, at up to 10 Mbit/s for as long as may be recorded. */
export function scratchMebibytes(maxDurationSeconds: number): number {
  return 512 + Math.ceil(maxDurationSeconds * 1.25);
}
