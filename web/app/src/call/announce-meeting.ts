/** Says what happens in a meeting to those who cannot see it. Returns a function that stops it. */
import type { Meeting } from '@parley/sdk/meeting.js';
import type { MeetingParticipant } from '@parley/sdk/core/roster/view-participants.js';
import { announce } from '../ui/announcer.js';
import { sayAloud } from '../ui/say-aloud.js';
import { recordingNotice } from '../ui/recording-notice.js';

/** Undefined while there is no microphone to mute. */
const isMuted = ({ media }: MeetingParticipant): boolean | undefined =>
  media.find(({ source }) => source === 'microphone')?.paused;

export function announceMeeting(call: Meeting): () => void {
  let muted = new Map(call.participants.map((participant) => [participant.id, isMuted(participant)]));
  const tellRecording = (): void => {
    announce(call.recording ? recordingNotice : 'The recording has ended');
    if (call.recording && call.recordingAloud) sayAloud(recordingNotice);
  };
  if (call.recording) tellRecording();
  const stops = [
    call.on('recordingChanged', tellRecording),
    call.on('participantJoined', ({ name }) => announce(`${name} joined`)),
    call.on('participantLeft', ({ name }, reason) =>
      announce(reason === 'Left' ? `${name} left` : `${name} lost the connection`),
    ),
    call.on('participantsChanged', (participants) => {
      for (const participant of participants) {
        const before = muted.get(participant.id);
        const after = isMuted(participant);
        if (participant.isLocal || before === undefined || after === undefined || before === after) continue;
        announce(after ? `${participant.name} is muted` : `${participant.name} unmuted`);
      }
      muted = new Map(participants.map((participant) => [participant.id, isMuted(participant)]));
    }),
    call.on('stateChanged', (state) => {
      if (state.kind === 'Connected') announce('Connected again');
    }),
    call.on('mediaFailed', (error) => announce(`Your microphone or camera could not be sent: ${error.message}`)),
  ];
  return () => stops.forEach((stop) => stop());
}
