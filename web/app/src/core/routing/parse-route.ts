/** Where the page is, from its address. */
export type Route =
  | { readonly kind: 'Home' }
  | { readonly kind: 'Meeting'; readonly meetingId: string; readonly region: string | undefined }
  | { readonly kind: 'NotFound' };

export function parseRoute(pathname: string, search: string): Route {
  if (pathname === '/' || pathname === '') return { kind: 'Home' };
  const meetingId = parseMeetingId(/^\/m\/([^/]+)\/?$/.exec(pathname)?.[1] ?? '');
  if (meetingId === undefined) return { kind: 'NotFound' };
  const region = new URLSearchParams(search).get('region');
  return { kind: 'Meeting', meetingId, region: region === null || region === '' ? undefined : region };
}

/** A meeting's id as people type or paste it: `abc-defg-hij`, `ABC DEFG HIJ`, `abcdefghij` or a whole link. */
export function parseMeetingId(typed: string): string | undefined {
  const last = /(?:^|\/m\/)([^/?#]+)[^/]*$/.exec(typed.trim())?.[1] ?? '';
  const letters = last.toLowerCase().replaceAll(/[\s-]/g, '');
  if (!/^[a-z]{10}$/.test(letters)) return undefined;
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
}

export function pathOfMeeting(meetingId: string): string {
  return `/m/${meetingId}`;
}
