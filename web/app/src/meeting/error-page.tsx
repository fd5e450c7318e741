import type { ParleyError } from '@parley/sdk/parley-error.js';
import type { ReactElement } from 'react';
import { describeError } from '../core/errors/describe-error.js';
import { MessagePage } from '../ui/message-page.js';

interface ErrorPageProps {
  readonly error: ParleyError;
  readonly onRetry: () => void;
}

export function ErrorPage({ error, onRetry }: ErrorPageProps): ReactElement {
  const { title, text, canRetry } = describeError(error.code);
  return (
    <MessagePage title={title} text={text}>
      {canRetry && (
        <button type="button" className="button primary" onClick={onRetry}>
          Try again
        </button>
      )}
    </MessagePage>
  );
}
