/** The meeting page, as built: hashed files are cached for good, the page itself never. */
import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { RequestFailure } from '../request-failure.js';
import { sendProblem } from './problem.js';
import type { RestApp } from './rest-app.js';

const meetingPath = /^\/m\/[a-z]{3}-[a-z]{4}-[a-z]{3}\/?(\?|$)/;

/** @param directory holds index.html, and assets/ with content hashes in names. */
export async function servePage(app: RestApp, directory: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: resolve(directory),
    wildcard: true,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = /[/\\]assets[/\\]/.test(path);
      void reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // Any meeting's address is the page: it finds out itself what to show.
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && meetingPath.test(request.url);
    return wantsPage ? reply.sendFile('index.html') : sendProblem(request, reply, new RequestFailure('NotFound'));
  });
}
