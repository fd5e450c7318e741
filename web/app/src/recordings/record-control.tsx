import { useState, type ReactElement } from 'react';
import { describePhase } from '../core/recordings/describe-recording.js';
import { Icon } from '../ui/icon.js';
import { Modal } from '../ui/modal.js';
import type { Recordings } from './use-recordings.js';

interface RecordControlProps {
  readonly recordings: Recordings;
}

/** Starts at once; asks before it stops. */
export function RecordControl({ recordings }: RecordControlProps): ReactElement {
  const [asking, setAsking] = useState(false);
  const { current, busy, list } = recordings;
  const caption = current === undefined ? 'Record' : 'Stop';
  const press = (): void => {
    if (list === undefined || busy) return;
    if (current === undefined) recordings.start();
    else setAsking(true);
  };
  return (
    <>
      <button
        type="button"
        className="control"
        aria-label={current === undefined ? 'Start recording' : 'Stop recording'}
        aria-disabled={busy || list === undefined}
        title={current === undefined ? 'Record this meeting' : describePhase(current)}
        onClick={press}
      >
        <Icon name={current === undefined ? 'recording' : 'stop'} />
        <span className="control-caption">{caption}</span>
      </button>
      {asking && (
        <Modal title="Stop recording?" onClose={() => setAsking(false)}>
          <p>What was recorded so far is kept, and its files are made. It cannot be continued.</p>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              recordings.stop();
              setAsking(false);
            }}
          >
            Stop recording
          </button>
        </Modal>
      )}
    </>
  );
}

/** How the newest recording goes, or what failed; for hosts, who asked for it. */
export function RecordingProgress({ recordings }: RecordControlProps): ReactElement | null {
  const { error, list } = recordings;
  const newest = list?.[0];
  if (error !== undefined) {
    return (
      <p className="recording-progress" role="alert">
        {error}
      </p>
    );
  }
  // Everybody's badge says that it records, and the list what is over.
  const telling = newest?.phase === 'Queued' || newest?.phase === 'Starting' || newest?.phase === 'Finalizing';
  if (newest === undefined || !(telling || newest.phase === 'Failed')) return null;
  return <p className="recording-progress">Recording: {describePhase(newest)}</p>;
}
