import 'reflect-metadata';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { startPrometheus, type PrometheusServer } from '@parley/e2e/prometheus/prometheus-server.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askPrometheus, type PrometheusQuestion } from '../../../src/scaling/prometheus-client.js';

const ask = (question: Partial<PrometheusQuestion>) =>
  askPrometheus(
    { serverURL: '', query: 'up', timeoutMs: 5_000, token: undefined, ca: undefined, ...question },
    new AbortController().signal,
  );

describe('a real Prometheus', () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await startPrometheus();
    await prometheus.expose('queue', ['waiting{queue="a"} 2.5', 'waiting{queue="b"} 4', 'nothing NaN', 'all +Inf']);
  });
  afterAll(() => prometheus.close());

  test.each([
    ['a vector of one', 'sum(waiting)', { kind: 'Value', value: 6.5 }],
    ['a scalar', 'scalar(waiting{queue="b"}) > bool 3', { kind: 'Value', value: 1 }],
    ['characters that URLs know', 'sum(waiting{queue=~"a|b"}) + 1 % 2', { kind: 'Value', value: 7.5 }],
    ['no number', 'nothing', { kind: 'Value', value: Number.NaN }],
    ['an infinite one', 'all', { kind: 'Value', value: Number.POSITIVE_INFINITY }],
    ['its opposite', '-all', { kind: 'Value', value: Number.NEGATIVE_INFINITY }],
    ['nothing', 'missing', { kind: 'Failed', reason: 'QueryEmpty', detail: '' }],
    ['several', 'waiting', { kind: 'Failed', reason: 'QueryAmbiguous', detail: 'the answer holds 2 values' }],
    ['a range', 'waiting[1m]', { kind: 'Failed', reason: 'QueryAmbiguous', detail: 'the answer is a matrix' }],
    ['words', '"six"', { kind: 'Failed', reason: 'QueryAmbiguous', detail: 'the answer is a string' }],
  ])('answers %s', async (_, query, answer) => {
    expect(await ask({ serverURL: prometheus.url, query })).toEqual(answer);
  });

  test('says what is wrong with a query', async () => {
    const answer = await ask({ serverURL: `${prometheus.url}/`, query: 'sum(' });
    expect(answer).toMatchObject({ kind: 'Failed', reason: 'QueryRefused' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('bad_data: '));
  });

  test('is not found on another path', async () => {
    const answer = await ask({ serverURL: `${prometheus.url}/elsewhere` });
    expect(answer).toEqual({ kind: 'Failed', reason: 'QueryRefused', detail: 'HTTP 404' });
  });
});

describe('a server with TLS', () => {
  let server: Server;
  let url: string;
  let ca: string;
  beforeAll(async () => {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    });
    ca = certificate.toString('pem');
    const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    server = createServer({ cert: ca, key }, (request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/silent/')) return;
      if (path.startsWith('/large/')) return void response.end('x'.repeat(100_000));
      if (path.startsWith('/moved/')) return void response.writeHead(302, { location: '/api/v1/query?query=up' }).end();
      if (path.startsWith('/other/')) return void response.end('{"status":"success","data":"all is well"}');
      if (request.headers.authorization !== 'Bearer secret') return void response.writeHead(401).end();
      response.end('{"status":"success","data":{"resultType":"scalar","result":[1.5,"7"]}}');
    });
    server.listen(0, 'localhost');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `https://localhost:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is trusted by the authority that is given, and gets the token', async () => {
    expect(await ask({ serverURL: url, ca, token: 'secret' })).toEqual({ kind: 'Value', value: 7 });
    expect(await ask({ serverURL: url, ca })).toEqual({ kind: 'Failed', reason: 'QueryRefused', detail: 'HTTP 401' });
  });

  test.each([
    ['is not trusted without', '', { token: 'secret', ca: undefined }, 'QueryUnreachable', 'SELF_SIGNED'],
    ['is not waited for', '/silent', { timeoutMs: 200 }, 'QueryUnreachable', 'no answer in time'],
    ['is not read to the end', '/large', {}, 'QueryUnreachable', 'the answer is too large'],
    ['does not send us elsewhere', '/moved', { token: 'secret' }, 'QueryRefused', 'HTTP 302'],
    ['must answer as Prometheus does', '/other', {}, 'QueryAmbiguous', 'this is no answer of Prometheus'],
  ])('%s', async (...[, path, question, reason, detail]) => {
    const answer = await ask({ serverURL: `${url}${path}`, ca, ...question });
    expect(answer).toMatchObject({ kind: 'Failed', reason });
    expect(answer).toHaveProperty('detail', expect.stringContaining(detail));
  });
});
