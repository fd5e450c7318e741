/** Pages of other origins may call the API only where they are named. No cookies are used, so none are allowed. */
import type { FastifyInstance } from 'fastify';

const preflightMaxAgeSeconds = 600;

export function addCors<App extends Pick<FastifyInstance, 'addHook'>>(app: App, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    void reply.header('vary', 'Origin');
    if (origin === undefined || !(allowed.has('*') || allowed.has(origin))) return;
    void reply.header('access-control-allow-origin', allowed.has('*') ? '*' : origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    await reply
      .headers({
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'authorization, content-type, traceparent',
        'access-control-max-age': preflightMaxAgeSeconds,
      })
      .status(204)
      .send();
  });
}
