import { limits } from '@parley/signaling/protocol/limits.js';
import type { MeetingAnswer } from '@parley/signaling/protocol/rest.js';
import { useEffect, useId, useRef, useState, type SubmitEvent, type ReactElement, type RefObject } from 'react';
import type { LocalMedia } from '../local-media/local-media.js';
import { rememberedName } from '../meeting/remembered.js';
import { useMediaShortcuts } from '../ui/use-media-shortcuts.js';
import { PageHeader } from '../ui/page-header.js';
import { RecordingNotice } from '../ui/recording-notice.js';
import { DevicePickers } from './device-pickers.js';
import { Preview } from './preview.js';

export interface LobbyAnswers {
  readonly name: string;
  readonly passcode: string | undefined;
  readonly speakerPasscode: string | undefined;
  readonly hostPasscode: string | undefined;
}

interface LobbyProps {
  readonly meeting: MeetingAnswer;
  readonly media: LocalMedia;
  /** Whether to come as one who sends; of a webinar only speakers do. */
  readonly speaks: boolean;
  readonly onSpeaks: (speaks: boolean) => void;
  readonly joining: boolean;
  /** What was wrong with the passcode. */
  readonly passcodeError: string | undefined;
  readonly onJoin: (answers: LobbyAnswers) => void;
}

const noPasscodes = { passcode: undefined, speakerPasscode: undefined, hostPasscode: undefined };
const passcodeLabels = { Host: 'Hosts’ passcode', Speaker: 'Speakers’ passcode', Guest: 'Passcode' };

/** Undefined: no passcode is asked. */
function passcodeLabel(comesAs: keyof typeof passcodeLabels, { passcodeRequired }: MeetingAnswer): string | undefined {
  return comesAs === 'Guest' && !passcodeRequired ? undefined : passcodeLabels[comesAs];
}

const speakerOrGuest = (speaker: boolean): 'Speaker' | 'Guest' => (speaker ? 'Speaker' : 'Guest');

/** Of a viewer, whom nobody is told of. */
const viewerName = 'Viewer';

export function Lobby(props: LobbyProps): ReactElement {
  const { meeting, media, speaks, onSpeaks, joining, passcodeError, onJoin } = props;
  const [name, setName] = useState(rememberedName);
  const [passcode, setPasscode] = useState('');
  const [isHost, setIsHost] = useState(false);
  const [nameMissing, setNameMissing] = useState(false);
  const nameInput = useRef<HTMLInputElement>(null);
  useMediaShortcuts(speaks ? media : undefined);
  const isWebinar = meeting.mode === 'Webinar';
  const comesAs = isHost ? 'Host' : speakerOrGuest(isWebinar && speaks);
  const asksFor = passcodeLabel(comesAs, meeting);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (joining) return;
    const given = passcode === '' ? undefined : passcode;
    if (!speaks) {
      onJoin({ ...noPasscodes, name: viewerName, passcode: given });
      return;
    }
    if (name.trim() === '') {
      setNameMissing(true);
      nameInput.current?.focus();
      return;
    }
    const passcodes = {
      Host: { hostPasscode: given ?? '' },
      Speaker: { speakerPasscode: given ?? '' },
      Guest: { passcode: given },
    };
    onJoin({ ...noPasscodes, name: name.trim(), ...passcodes[comesAs] });
  }

  return (
    <>
      <PageHeader />
      <main className={speaks ? 'lobby' : 'lobby without-preview'}>
        {speaks && <Preview media={media} />}
        <form className="card lobby-form" onSubmit={submit} noValidate>
          <h1>{meeting.title}</h1>
          <p className="meeting-id">{meeting.id}</p>
          {meeting.recording && <RecordingNotice />}
          {isWebinar && (
            <SpeaksChoice
              speaks={speaks}
              onSpeaks={(next) => {
                setPasscode('');
                setIsHost(false);
                onSpeaks(next);
              }}
            />
          )}
          {speaks && (
            <NameField
              input={nameInput}
              value={name}
              missing={nameMissing}
              onChange={(next) => {
                setName(next);
                setNameMissing(false);
              }}
            />
          )}
          {meeting.hasHosts && speaks && (
            <Choice
              label="I am a host"
              chosen={isHost}
              onChange={(next) => {
                setPasscode('');
                setIsHost(next);
              }}
            />
          )}
          {asksFor !== undefined && (
            <PasscodeField label={asksFor} value={passcode} error={passcodeError} onChange={setPasscode} />
          )}
          {speaks && <DevicePickers media={media} />}
          <button type="submit" className="button primary wide" aria-disabled={joining}>
            {joining ? 'Joining…' : 'Join'}
          </button>
        </form>
      </main>
    </>
  );
}

interface NameFieldProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly missing: boolean;
  readonly onChange: (name: string) => void;
}

function NameField({ input, value, missing, onChange }: NameFieldProps): ReactElement {
  const ids = { name: useId(), error: useId() };
  return (
    <div className="field">
      <label htmlFor={ids.name}>Your name</label>
      <input
        ref={input}
        id={ids.name}
        value={value}
        maxLength={limits.nameLength}
        autoComplete="name"
        aria-invalid={missing}
        aria-describedby={missing ? ids.error : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {missing && (
        <p id={ids.error} className="field-error" role="alert">
          Enter the name that others will see.
        </p>
      )}
    </div>
  );
}

interface PasscodeFieldProps {
  readonly label: string;
  readonly value: string;
  /** What was wrong with it. */
  readonly error: string | undefined;
  readonly onChange: (passcode: string) => void;
}

function PasscodeField({ label, value, error, onChange }: PasscodeFieldProps): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const ids = { input: useId(), error: useId() };
  useEffect(() => {
    if (error !== undefined) input.current?.focus();
  }, [error]);
  return (
    <div className="field">
      <label htmlFor={ids.input}>{label}</label>
      <input
        ref={input}
        id={ids.input}
        type="password"
        value={value}
        maxLength={limits.passcodeLength}
        autoComplete="off"
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : ids.error}
        onChange={(event) => onChange(event.target.value)}
      />
      {error !== undefined && (
        <p id={ids.error} className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface SpeaksChoiceProps {
  readonly speaks: boolean;
  readonly onSpeaks: (speaks: boolean) => void;
}

function SpeaksChoice({ speaks, onSpeaks }: SpeaksChoiceProps): ReactElement {
  return (
    <>
      <p>This is a webinar: you see and hear the speakers, and nobody sees or hears you.</p>
      <Choice label="I am a speaker" chosen={speaks} onChange={onSpeaks} />
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly chosen: boolean;
  readonly onChange: (chosen: boolean) => void;
}

function Choice({ label, chosen, onChange }: ChoiceProps): ReactElement {
  const id = useId();
  return (
    <div className="choice">
      <input id={id} type="checkbox" checked={chosen} onChange={(event) => onChange(event.target.checked)} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
