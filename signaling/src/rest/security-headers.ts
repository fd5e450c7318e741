/** Headers that keep the page to itself: nothing foreign runs in it, nobody frames it, and it alone may use the camera. */
import type { FastifyInstance } from 'fastify';
import { socketPath } from '../protocol/version.js';

export function addSecurityHeaders<App extends Pick<FastifyInstance, 'addHook'>>(
  app: App,
  publicUrl: string | undefined,
): void {
  const socket = publicUrl === undefined ? '' : ` ${publicUrl.replace(/^http/, 'ws')}${socketPath}`;
  const isSecure = publicUrl?.startsWith('https:') === true;
  const policy = [
    "default-src 'self'",
    `connect-src 'self'${socket}`,
    "img-src 'self' data: blob:",
    // Recordings come from their stores, which each meeting names for itself.
    `media-src 'self' blob: mediastream: https:${isSecure ? '' : ' http:'}`,
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = {
    'content-security-policy': policy,
    'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self), autoplay=(self)',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    if (request.url.startsWith('/v1/')) void reply.header('cache-control', 'no-store');
    done();
  });
}
