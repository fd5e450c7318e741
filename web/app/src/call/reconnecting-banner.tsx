import type { MeetingState } from '@parley/sdk/meeting-events.js';
import type { ReactElement } from 'react';

export function ReconnectingBanner({ state }: { readonly state: MeetingState }): ReactElement {
  return (
    <div className="banner-region" role="status">
      {state.kind === 'Reconnecting' && (
        <p className="banner">
          <span className="spinner" aria-hidden="true" />
          {state.media
            ? 'Reconnecting… You can still see and hear each other.'
            : 'Reconnecting… The others cannot see or hear you right now.'}
        </p>
      )}
    </div>
  );
}
