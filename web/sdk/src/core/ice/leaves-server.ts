/**
 * Whether ICE is to be restarted, for one of the TURN servers that it holds a relayed candidate of is not among the servers any more. It
 * need not be the one in use: a browser keeps, and refreshes, what it has allocated everywhere until then, and the server waits for it.
 */
export function leavesServer(turnUrls: readonly string[], iceServers: readonly Pick<RTCIceServer, 'urls'>[]): boolean {
  const offered = new Set(iceServers.flatMap(({ urls }) => [urls].flat().map(canonical)));
  return turnUrls.some((url) => !offered.has(canonical(url)));
}

/** Browsers write the transport that goes without saying. */
function canonical(url: string): string {
  if (url.includes('?')) return url;
  return `${url}?transport=${url.startsWith('turns:') ? 'tcp' : 'udp'}`;
}
