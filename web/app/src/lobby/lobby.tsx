import { limits } from '@parley/signaling/protocol/limits.js';
import type { MeetingAnswer } from '@parley/signaling/protocol/rest.js';
import { useEffect, useId, useRef, useState, type SubmitEvent, type ReactElement } from 'react';
import type { LocalMedia } from '../local-media/local-media.js';
import { rememberedName } from '../meeting/remembered.js';
import { useMediaShortcuts } from '../ui/use-media-shortcuts.js';
import { PageHeader } from '../ui/page-header.js';
import { DevicePickers } from './device-pickers.js';
import { Preview } from './preview.js';

export interface LobbyAnswers {
  readonly name: string;
  readonly passcode: string | undefined;
}

interface LobbyProps {
  readonly meeting: MeetingAnswer;
  readonly media: LocalMedia;
  readonly joining: boolean;
  /** What was wrong with the passcode. */
  readonly passcodeError: string | undefined;
  readonly onJoin: (answers: LobbyAnswers) => void;
}

export function Lobby({ meeting, media, joining, passcodeError, onJoin }: LobbyProps): ReactElement {
  const [name, setName] = useState(rememberedName);
  const [passcode, setPasscode] = useState('');
  const [nameMissing, setNameMissing] = useState(false);
  const nameInput = useRef<HTMLInputElement>(null);
  const passcodeInput = useRef<HTMLInputElement>(null);
  const ids = { name: useId(), nameError: useId(), passcode: useId(), passcodeError: useId() };
  useMediaShortcuts(media);
  useEffect(() => {
    if (passcodeError !== undefined) passcodeInput.current?.focus();
  }, [passcodeError]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (joining) return;
    if (name.trim() === '') {
      setNameMissing(true);
      nameInput.current?.focus();
      return;
    }
    onJoin({ name: name.trim(), passcode: passcode === '' ? undefined : passcode });
  }

  return (
    <>
      <PageHeader />
      <main className="lobby">
        <Preview media={media} />
        <form className="card lobby-form" onSubmit={submit} noValidate>
          <h1>{meeting.title}</h1>
          <p className="meeting-id">{meeting.id}</p>
          <div className="field">
            <label htmlFor={ids.name}>Your name</label>
            <input
              ref={nameInput}
              id={ids.name}
              value={name}
              maxLength={limits.nameLength}
              autoComplete="name"
              aria-invalid={nameMissing}
              aria-describedby={nameMissing ? ids.nameError : undefined}
              onChange={(event) => {
                setName(event.target.value);
                setNameMissing(false);
              }}
            />
            {nameMissing && (
              <p id={ids.nameError} className="field-error" role="alert">
                Enter the name that others will see.
              </p>
            )}
          </div>
          {meeting.passcodeRequired && (
            <div className="field">
              <label htmlFor={ids.passcode}>Passcode</label>
              <input
                ref={passcodeInput}
                id={ids.passcode}
                type="password"
                value={passcode}
                maxLength={limits.passcodeLength}
                autoComplete="off"
                aria-invalid={passcodeError !== undefined}
                aria-describedby={passcodeError === undefined ? undefined : ids.passcodeError}
                onChange={(event) => setPasscode(event.target.value)}
              />
              {passcodeError !== undefined && (
                <p id={ids.passcodeError} className="field-error" role="alert">
                  {passcodeError}
                </p>
              )}
            </div>
          )}
          <DevicePickers media={media} />
          <button type="submit" className="button primary wide" aria-disabled={joining}>
            {joining ? 'Joining…' : 'Join'}
          </button>
        </form>
      </main>
    </>
  );
}
