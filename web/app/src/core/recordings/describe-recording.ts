/** Recordings in words, for their hosts. */
import type { RecordingAnswer, RecordingOutputAnswer } from '@parley/signaling/protocol/recordings.js';

/** Begun, and what stopping is for. */
export function goesOn({ phase, stoppable }: RecordingAnswer): boolean {
  return stoppable && (phase === 'Queued' || phase === 'Starting' || phase === 'Recording');
}

/** Something will change without anybody's doing. */
export function isPending({ phase }: RecordingAnswer): boolean {
  return phase !== 'Completed' && phase !== 'Failed';
}

export function describePhase(recording: RecordingAnswer): string {
  const { phase, queuePosition, progressPercent, message, missingMs, dataDeleted } = recording;
  if (dataDeleted) return 'Deleted';
  switch (phase) {
    case 'Queued':
      return queuePosition > 0 ? `Waits for its turn: number ${queuePosition}` : withMessage('Waits to begin', message);
    case 'Starting':
      return withMessage('Starting', message);
    case 'Recording':
      return 'Recording now';
    case 'Finalizing':
      return `The files are being made: ${progressPercent} %`;
    case 'Completed':
      return missingMs > 0 ? `Ready; ${formatLength(missingMs)} of sound or picture are missing` : 'Ready';
    case 'Failed':
      return withMessage('Failed', message);
  }
}

function withMessage(text: string, message: string): string {
  return message === '' ? text : `${text}: ${message}`;
}

const outputNames: Readonly<Partial<Record<RecordingOutputAnswer['kind'], string>>> = {
  MP4: 'video',
  Audio: 'sound',
  Transcript: 'transcript',
  Track: 'track',
};

export interface Download {
  readonly output: RecordingOutputAnswer;
  readonly label: string;
}

/** What is for people; the rest is for programs. */
export function downloadsOf({ outputs, dataDeleted }: RecordingAnswer): readonly Download[] {
  if (dataDeleted) return [];
  return outputs.flatMap((output) => {
    const name = outputNames[output.kind];
    if (name === undefined) return [];
    const what = output.kind === 'Track' ? `${name} ${output.name.replace(/^tracks\//, '')}` : name;
    return [{ output, label: `Download ${what} (${formatBytes(output.bytes)})` }];
  });
}

export function formatLength(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}
