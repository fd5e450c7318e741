import { useEffect, useId, useState, type SubmitEvent, type ReactElement } from 'react';
import { parseMeetingId, pathOfMeeting } from '../core/routing/parse-route.js';
import { navigate } from '../routing/use-route.js';
import { PageHeader } from '../ui/page-header.js';

export function HomePage(): ReactElement {
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState(false);
  const inputId = useId();
  const errorId = useId();
  useEffect(() => {
    document.title = 'Parley';
  }, []);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const meetingId = parseMeetingId(typed);
    if (meetingId === undefined) setRefused(true);
    else navigate(pathOfMeeting(meetingId) + window.location.search);
  }

  return (
    <>
      <PageHeader />
      <main className="page">
        <form className="card home" onSubmit={submit} noValidate>
          <h1>Join a meeting</h1>
          <div className="field">
            <label htmlFor={inputId}>Meeting id or link</label>
            <input
              id={inputId}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setRefused(false);
              }}
              placeholder="abc-defg-hij"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              aria-invalid={refused}
              aria-describedby={refused ? errorId : undefined}
            />
            {refused && (
              <p id={errorId} className="field-error" role="alert">
                A meeting id has ten letters, such as abc-defg-hij.
              </p>
            )}
          </div>
          <button type="submit" className="button primary wide">
            Continue
          </button>
        </form>
      </main>
    </>
  );
}
