import type { ActiveSpeakerState, MeetingState } from '@parley/sdk/meeting-events.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import type { MeetingParticipant } from '@parley/sdk/core/roster/view-participants.js';
import { useCallback, useSyncExternalStore } from 'react';

export function useParticipants(call: Meeting): readonly MeetingParticipant[] {
  const subscribe = useCallback((changed: () => void) => call.on('participantsChanged', changed), [call]);
  return useSyncExternalStore(subscribe, () => call.participants);
}

export function useMeetingState(call: Meeting): MeetingState {
  const subscribe = useCallback((changed: () => void) => call.on('stateChanged', changed), [call]);
  return useSyncExternalStore(subscribe, () => call.state);
}

export function useRecording(call: Meeting): boolean {
  const subscribe = useCallback((changed: () => void) => call.on('recordingChanged', changed), [call]);
  return useSyncExternalStore(subscribe, () => call.recording);
}

export function useActiveSpeaker(call: Meeting): ActiveSpeakerState {
  const subscribe = useCallback((changed: () => void) => call.on('activeSpeakerChanged', changed), [call]);
  return useSyncExternalStore(subscribe, () => call.activeSpeaker);
}
