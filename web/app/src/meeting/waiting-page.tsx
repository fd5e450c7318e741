import type { WaitingForRoom } from '@parley/sdk/wait-for-room.js';
import { useEffect, useRef, type ReactElement } from 'react';
import { describeWaiting } from '../core/waiting/describe-waiting.js';
import { PageHeader } from '../ui/page-header.js';

interface WaitingPageProps {
  readonly waiting: WaitingForRoom;
  readonly onStop: () => void;
}

/** Focus goes to the heading, and what changes is said by a live region, so that nobody has to look at the page. */
export function WaitingPage({ waiting, onStop }: WaitingPageProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { cause, line } = describeWaiting(waiting);
  return (
    <>
      <PageHeader />
      <main className="page">
        <div className="card message">
          <h1 ref={heading} tabIndex={-1}>
            Waiting for room in the meeting…
          </h1>
          <p role="status">
            <span className="spinner" aria-hidden="true" /> {cause} {line}
          </p>
          <p>You will be let in by yourself. Keep this page open.</p>
          <div className="actions">
            <button type="button" className="button" onClick={onStop}>
              Stop waiting
            </button>
          </div>
        </div>
      </main>
    </>
  );
}
