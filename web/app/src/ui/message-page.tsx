import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { navigate } from '../routing/use-route.js';
import { PageHeader } from './page-header.js';

interface MessagePageProps {
  readonly title: string;
  readonly text: string;
  /** What to do about it; the way to the start page is always there. */
  readonly children?: ReactNode;
}

/** One thing to say on a page of its own. Focus goes to its heading, so that a screen reader says it. */
export function MessagePage({ title, text, children }: MessagePageProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Parley`;
    heading.current?.focus();
  }, [title]);
  return (
    <>
      <PageHeader />
      <main className="page">
        <div className="card message">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p>{text}</p>
          <div className="actions">
            {children}
            <button type="button" className="button" onClick={() => navigate('/')}>
              Go to the start page
            </button>
          </div>
        </div>
      </main>
    </>
  );
}
