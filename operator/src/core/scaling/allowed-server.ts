/**
 * Which servers a pool's queries may be sent to. Who may write an SFUPool is not thereby one who may make the operator, which reaches
 * what they don't, ask any address: the platform team names the servers, and what is not named is not asked.
 */

/** @param allowed base URLs; a server is one of them, or below its path. */
export function isAllowedServer(serverURL: string, allowed: readonly string[]): boolean {
  const server = parseServer(serverURL);
  return server !== undefined && allowed.some((base) => isWithin(server, parseServer(base)));
}

function isWithin(server: URL, base: URL | undefined): boolean {
  if (base?.origin !== server.origin) return false;
  const path = base.pathname.replace(/\/+$/, '');
  return server.pathname === path || server.pathname.startsWith(`${path}/`);
}

/** Dots in a path are resolved by URL; a slash that is written otherwise may be resolved by whoever serves it, so it is refused. */
function parseServer(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.username !== '' || /%(2f|5c)/i.test(url.pathname) ? undefined : url;
}
