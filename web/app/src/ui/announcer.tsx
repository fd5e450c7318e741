import { useEffect, useState, type ReactElement } from 'react';

type Listener = (text: string) => void;
const listeners = new Set<Listener>();

/** Says something to screen readers when they have finished what they say now. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

const keepMs = 5_000;
const maxLines = 5;

/** The one polite live region of the page. Lines stay long enough to be read, and don't pile up. */
export function Announcer(): ReactElement {
  const [lines, setLines] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  useEffect(() => {
    const timers = new Set<number>();
    let lastId = 0;
    const listener: Listener = (text) => {
      const id = ++lastId;
      setLines((current) => [...current, { id, text }].slice(-maxLines));
      const timer = window.setTimeout(() => {
        timers.delete(timer);
        setLines((current) => current.filter((line) => line.id !== id));
      }, keepMs);
      timers.add(timer);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      for (const timer of timers) window.clearTimeout(timer);
    };
  }, []);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label="What happens in the meeting">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
