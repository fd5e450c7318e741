import { useEffect, useState, type RefObject } from 'react';
import type { Stage } from '../core/grid/best-grid.js';

/** The content box of an element in CSS pixels, as it changes. */
export function useSize(element: RefObject<HTMLElement | null>): Stage {
  const [size, setSize] = useState<Stage>({ widthPx: 0, heightPx: 0 });
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      setSize({ widthPx: entry.contentRect.width, heightPx: entry.contentRect.height });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
