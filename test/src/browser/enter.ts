import type { Participant } from './participant.js';
import type { ComeOptions, People } from './people.js';

export interface Entry extends ComeOptions {
  readonly meetingId: string;
  readonly region?: string;
  readonly speakerPasscode?: string;
  readonly publish?: readonly ('camera' | 'microphone')[];
}

/** Somebody new comes, and joins at once. */
export async function enter(
  people: People,
  name: string,
  { meetingId, region, speakerPasscode, publish, ...come }: Entry,
): Promise<Participant> {
  const participant = await people.come(name, come);
  await participant.enter({
    meetingId,
    ...(region !== undefined && { region }),
    ...(speakerPasscode !== undefined && { speakerPasscode }),
    ...(publish !== undefined && { publish }),
  });
  return participant;
}
