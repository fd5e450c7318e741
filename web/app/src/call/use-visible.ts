import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react';

function subscribe(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}

/** Whether an element can be seen: scrolled into view, in a tab that is in front. */
export function useVisible(element: RefObject<HTMLElement | null>): boolean {
  const [intersects, setIntersects] = useState(true);
  const pageShown = useSyncExternalStore(subscribe, () => document.visibilityState === 'visible');
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      const last = entries[entries.length - 1];
      if (last !== undefined) setIntersects(last.isIntersecting);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return intersects && pageShown;
}
