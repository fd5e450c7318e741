import type { ClosedReason } from '@parley/sdk/meeting-events.js';
import type { ReactElement } from 'react';
import { MessagePage } from '../ui/message-page.js';
import { ErrorPage } from './error-page.js';

interface OverPageProps {
  readonly reason: ClosedReason;
  readonly onRejoin: () => void;
}

const endTexts = {
  EndedByHost: 'The host ended it for everybody.',
  Deleted: 'It was removed.',
  Expired: 'Its time was over.',
  Unknown: 'It is over for everybody.',
} as const;

export function OverPage({ reason, onRejoin }: OverPageProps): ReactElement {
  switch (reason.kind) {
    case 'Failed':
      return <ErrorPage error={reason.error} onRetry={onRejoin} />;
    case 'Ended':
      return <MessagePage title="The meeting has ended" text={endTexts[reason.endReason]} />;
    case 'Replaced':
      return (
        <MessagePage title="You are in this meeting elsewhere" text="Another window or tab has taken your place.">
          <RejoinButton onRejoin={onRejoin} />
        </MessagePage>
      );
    case 'Left':
      return (
        <MessagePage title="You left the meeting" text="The others can go on without you.">
          <RejoinButton onRejoin={onRejoin} />
        </MessagePage>
      );
  }
}

function RejoinButton({ onRejoin }: Pick<OverPageProps, 'onRejoin'>): ReactElement {
  return (
    <button type="button" className="button primary" onClick={onRejoin}>
      Join again
    </button>
  );
}
