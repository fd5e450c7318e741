/** docs/reference/openapi.json, from the routes themselves: an app that is built for its description, and never listens. */
import { createLogger } from '@parley/process/log.js';
import { Registry } from 'prom-client';
import { createSignalingMetrics } from '../../metrics/signaling-metrics.js';
import { buildRestApp } from '../../rest/rest-app.js';

export async function renderOpenApi(): Promise<string> {
  const unused = (): never => {
    throw new Error('the app that is described serves nothing');
  };
  const gauges = {
    ...{ sockets: unused, sessions: unused, rooms: unused, waiting: unused, nodeConnections: unused },
    ...{ operatorSynced: unused, turnServers: unused, redisReady: unused },
  };
  const app = await buildRestApp({
    directory: { find: unused, known: unused, onChange: unused },
    rooms: {
      acquire: unused,
      participantsByNode: unused,
      participantCount: unused,
      applyTopology: unused,
      size: 0,
      close: unused,
    },
    recordings: { list: unused, get: unused, link: unused, delete: unused },
    tokens: { issue: unused, verify: unused },
    requestLimiter: { take: unused, peek: unused },
    ...{ place: unused, checkPasscode: unused, defaultRegion: '', publicUrl: undefined, ice: { of: unused } },
    ...{ corsOrigins: [], trustedProxyHops: 0, webDir: undefined },
    metrics: createSignalingMetrics(new Registry(), gauges),
    log: createLogger({ process: 'signaling', level: 'silent' }),
  });
  await app.ready();
  const text = JSON.stringify(app.swagger(), undefined, 2);
  await app.close();
  return text;
}
