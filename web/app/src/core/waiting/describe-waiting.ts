import type { WaitingForRoom } from '@parley/sdk/wait-for-room.js';

const causes: Readonly<Record<WaitingForRoom['reason'], string>> = {
  NoCapacity: 'The servers are full right now.',
  NoNodeReady: 'The servers are starting.',
  TooManyAtOnce: 'Many people are joining at once.',
};

/** Why one waits, and for how many others. */
export function describeWaiting({ reason, ahead }: WaitingForRoom): { readonly cause: string; readonly line: string } {
  return { cause: causes[reason], line: lineOf(ahead) };
}

function lineOf(ahead: number | undefined): string {
  if (ahead === undefined) return '';
  if (ahead === 0) return 'You are next.';
  return ahead === 1 ? 'One person is before you.' : `${ahead} people are before you.`;
}
