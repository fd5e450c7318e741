import { useMemo, useSyncExternalStore } from 'react';
import { parseRoute, type Route } from '../core/routing/parse-route.js';

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  return () => window.removeEventListener('popstate', changed);
}

const addressOf = (): string => window.location.pathname + window.location.search;

export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, addressOf);
  return useMemo(() => {
    const url = new URL(address, 'http://page.invalid');
    return parseRoute(url.pathname, url.search);
  }, [address]);
}

export function navigate(path: string): void {
  window.history.pushState(null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
}
