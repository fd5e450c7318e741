/** The HTTP side: REST with its OpenAPI, limits for each address, headers that protect the page, and the page itself. */
import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { Logger } from '@parley/process/log.js';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { addressKey } from '../core/limits/address-key.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import type { SignalingMetrics } from '../metrics/signaling-metrics.js';
import { limits } from '../protocol/limits.js';
import { RequestFailure } from '../request-failure.js';
import { addCors } from './cors.js';
import { addJoinRoute, type JoinRouteDeps } from './join-route.js';
import { addMeetingRoute } from './meeting-route.js';
import { addRecordingRoutes, hostTokenScheme, type RecordingRoutesDeps } from './recording-routes.js';
import { answerProblems, sendProblem, withProblems } from './problem.js';
import { addSecurityHeaders } from './security-headers.js';
import { servePage } from './page.js';

export type RestApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface RestOptions extends JoinRouteDeps, RecordingRoutesDeps {
  readonly requestLimiter: RateLimiter;
  readonly corsOrigins: readonly string[];
  readonly trustedProxyHops: number;
  readonly webDir: string | undefined;
  readonly metrics: SignalingMetrics;
  readonly log: Logger;
}

/** How long a client may take to send a request. Sockets that never send one are closed after it. */
const headersTimeoutMs = 5_000;
const requestTimeoutMs = 10_000;

export async function buildRestApp(options: RestOptions): Promise<RestApp> {
  const app: RestApp = fastify<RawServerDefault>({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.requestBodyBytes,
    trustProxy: (_address, hop) => hop < options.trustedProxyHops,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 1_000 },
    routerOptions: { maxParamLength: 512 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  answerProblems(app);
  addSecurityHeaders(app, options.publicUrl);
  addCors(app, options.corsOrigins);
  addRateLimit(app, options);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Parley signaling',
        version: 'v1',
        description:
          'Joining meetings, and their recordings. The socket that follows is described in the WebSocket reference.',
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { [hostTokenScheme]: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => ('openapiObject' in document ? withProblems(document.openapiObject) : {}),
  });
  addJoinRoute(app, options);
  addMeetingRoute(app, options.directory);
  addRecordingRoutes(app, options);
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
  if (options.webDir !== undefined) await servePage(app, options.webDir);
  else app.setNotFoundHandler((request, reply) => sendProblem(request, reply, new RequestFailure('NotFound')));
  return app;
}

/** API requests only: the page's files are cheap, and cached. */
function addRateLimit(app: RestApp, { requestLimiter, metrics }: RestOptions): void {
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/v1/')) return;
    const waitMs = await requestLimiter.take(addressKey(request.ip));
    if (waitMs === 0) return;
    metrics.rateLimited('requests');
    throw new RequestFailure('RateLimited', undefined, { retryAfterMs: waitMs });
  });
}
