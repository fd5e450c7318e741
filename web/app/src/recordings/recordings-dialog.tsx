import type { RecordingAnswer } from '@parley/signaling/protocol/recordings.js';
import { useState, type ReactElement } from 'react';
import { describePhase, downloadsOf, formatLength } from '../core/recordings/describe-recording.js';
import { Modal } from '../ui/modal.js';
import type { Recordings } from './use-recordings.js';

interface RecordingsDialogProps {
  readonly recordings: Recordings;
  readonly onClose: () => void;
}

export function RecordingsDialog({ recordings, onClose }: RecordingsDialogProps): ReactElement {
  const { list, error } = recordings;
  return (
    <Modal title="Recordings" onClose={onClose} wide>
      {error !== undefined && <p role="alert">{error}</p>}
      {list === undefined && <p role="status">Looking for recordings…</p>}
      {list?.length === 0 && <p>This meeting has no recordings.</p>}
      {list !== undefined && list.length > 0 && (
        <ul className="recording-list" aria-label="Recordings of this meeting">
          {list.map((recording) => (
            <li key={recording.name}>
              <RecordingItem recording={recording} recordings={recordings} />
            </li>
          ))}
        </ul>
      )}
    </Modal>
  );
}

interface RecordingItemProps {
  readonly recording: RecordingAnswer;
  readonly recordings: Recordings;
}

function RecordingItem({ recording, recordings }: RecordingItemProps): ReactElement {
  const [deleting, setDeleting] = useState(false);
  const [source, setSource] = useState<string>();
  const { name, createdAtMs, startedAtMs, recordedMs, expiresAtMs, dataDeleted } = recording;
  const began = new Date(startedAtMs ?? createdAtMs).toLocaleString();
  const downloads = downloadsOf(recording);
  const film = downloads.find(({ output }) => output.kind === 'MP4')?.output;
  const play = async (output: string): Promise<void> => setSource(await recordings.link(name, output));
  return (
    <>
      <h3>{began}</h3>
      <p>
        {describePhase(recording)}
        {recordedMs > 0 && `, ${formatLength(recordedMs)} long`}
        {expiresAtMs !== undefined && !dataDeleted && `, kept until ${new Date(expiresAtMs).toLocaleDateString()}`}
      </p>
      {source !== undefined && (
        <video className="recording-player" controls autoPlay src={source} aria-label={`Recording of ${began}`} />
      )}
      <div className="actions">
        {film !== undefined && source === undefined && (
          <button
            type="button"
            className="button"
            aria-label={`Play the recording of ${began}`}
            onClick={() => void play(film.name)}
          >
            Play
          </button>
        )}
        {downloads.map(({ output, label }) => (
          <button
            key={output.name}
            type="button"
            className="button"
            onClick={() => void download(recordings, name, output.name)}
          >
            {label}
          </button>
        ))}
        {!deleting && (
          <button
            type="button"
            className="button"
            aria-label={`Delete the recording of ${began}`}
            onClick={() => setDeleting(true)}
          >
            Delete
          </button>
        )}
      </div>
      {deleting && (
        <div className="actions" role="group" aria-label="Delete this recording?">
          <p>Delete it for everybody, with all its files?</p>
          <button type="button" className="button" autoFocus onClick={() => setDeleting(false)}>
            Keep it
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              setDeleting(false);
              recordings.remove(name);
            }}
          >
            Delete for good
          </button>
        </div>
      )}
    </>
  );
}

/** The store says that it is a file to save, so the page stays. */
async function download(recordings: Recordings, name: string, output: string): Promise<void> {
  const url = await recordings.link(name, output);
  if (url === undefined) return;
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = '';
  anchor.click();
}
