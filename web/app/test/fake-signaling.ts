/**
 * A signaling server without media, for looking at the page's states: speaks the protocol by its own schemas, holds one meeting,
 * and does what the test says. Transports lead nowhere.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { clientMessage } from '@parley/signaling/protocol/client-messages.js';
import { errorEntry, type ErrorCode } from '@parley/signaling/protocol/error-codes.js';
import type { RecordingAnswer } from '@parley/signaling/protocol/recordings.js';
import type { Welcome } from '@parley/signaling/protocol/responses.js';
import type { JoinAnswer, JoinBody, MeetingAnswer } from '@parley/signaling/protocol/rest.js';
import type { Participant, Producer } from '@parley/signaling/protocol/roster.js';
import type { ServerEvent } from '@parley/signaling/protocol/server-messages.js';
import { socketPath, subprotocol } from '@parley/signaling/protocol/version.js';
import { WebSocketServer, type WebSocket } from 'ws';

export interface FakeSignaling {
  readonly url: string;
  /** What the test may change at any time. */
  readonly meeting: MeetingAnswer;
  /** What GET and the join answer instead of success. */
  fail: { describe?: ErrorCode; join?: ErrorCode };
  passcode: string | undefined;
  recordingAloud: boolean;
  /** What a host gets; who gives `hostPasscode` is one. */
  canRecord: boolean;
  /** The newest first; started and stopped ones too. */
  recordings: RecordingAnswer[];
  /** Where outputs are: at its path, the name of each. */
  store: string;
  /** What starting a recording is refused with. */
  refuseRecording: ErrorCode | undefined;
  others: { participants: Participant[]; producers: Producer[] };
  /** While true, sockets are refused. */
  refuseSockets: boolean;
  /** While true, whoever says hello waits for room; `letIn` lets them in. */
  full: boolean;
  letIn(): void;
  /** While false, media that was reset cannot be built anew. */
  rejoins: boolean;
  /** Types of the requests that came. */
  readonly requests: string[];
  /** Open now. */
  readonly sockets: number;
  send(event: ServerEvent): void;
  dropSockets(): void;
  close(): Promise<void>;
}

const localId = 'local-participant';
/** Of a webinar. */
export const speakerPasscode = 'on air';
export const hostPasscode = 'in charge';
const hostToken = 'host-token';
/** Without the stream ids a browser refuses simulcast. */
const headerExtensionUris = [
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
];
const router: Welcome['routerRtpCapabilities'] = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48_000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: 102,
      clockRate: 90_000,
      parameters: { apt: 101 },
    },
  ],
  headerExtensions: (['audio', 'video'] as const).flatMap((kind) =>
    headerExtensionUris.map((uri, i) => ({ kind, uri, preferredId: i + 1, direction: 'sendrecv' as const })),
  ),
};

const transport = (id: string): Welcome['transports']['send'] => ({
  id,
  iceParameters: { usernameFragment: 'fakefakefakefake', password: 'fakefakefakefakefakefakefakefake', iceLite: true },
  iceCandidates: [
    { foundation: 'f', priority: 1, address: '127.0.0.1', ip: '127.0.0.1', protocol: 'udp', port: 9, type: 'host' },
  ],
  dtlsParameters: {
    role: 'auto',
    fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
  },
});

const contentTypes: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** As signaling sends it: nothing that the page does may need more. */
const policy =
  "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream: https: http:; " +
  "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'";

/** @param pageDir the built page. */
export async function startFakeSignaling(pageDir: string): Promise<FakeSignaling> {
  const server = createServer();
  const sockets = new Set<WebSocket>();
  const waiting: (() => void)[] = [];
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeSignaling = {
    url: `http://${host}`,
    meeting: {
      id: 'abc-defg-hij',
      title: 'Weekly planning',
      mode: 'SFU',
      phase: 'Placed',
      passcodeRequired: false,
      hasHosts: false,
      recording: false,
    },
    fail: {},
    passcode: undefined,
    recordingAloud: false,
    canRecord: true,
    recordings: [],
    store: '',
    refuseRecording: undefined,
    others: { participants: [], producers: [] },
    refuseSockets: false,
    full: false,
    letIn() {
      fake.full = false;
      for (const answer of waiting.splice(0)) answer();
    },
    rejoins: true,
    requests: [],
    get sockets() {
      return sockets.size;
    },
    send(event) {
      for (const socket of sockets) socket.send(JSON.stringify(event));
    },
    dropSockets() {
      for (const socket of sockets) socket.terminate();
    },
    async close() {
      fake.dropSockets();
      await closed(server);
    },
  };
  server.on('request', (request, response) => {
    if (request.url?.includes('/recordings') === true) answerRecordings(fake, request, response);
    else if (request.url?.startsWith('/v1/') === true) void answerRest(fake, host, request, response);
    else void answerPage(pageDir, request.url ?? '/', response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (fake.refuseSockets || request.url !== socketPath) {
      socket.destroy();
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.add(webSocket);
      webSocket.on('close', () => sockets.delete(webSocket));
      webSocket.on('message', (data: Buffer) => answerMessage({ fake, socket: webSocket, waiting }, data.toString()));
    });
  });
  return fake;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function answerPage(pageDir: string, url: string, response: ServerResponse): Promise<void> {
  const path = new URL(url, 'http://page.invalid').pathname;
  const file = extname(path) === '' ? '/index.html' : path;
  const body = await readFile(join(pageDir, file)).catch(() => undefined);
  response.statusCode = body === undefined ? 404 : 200;
  response.setHeader('content-type', contentTypes[extname(file)] ?? 'application/octet-stream');
  response.setHeader('content-security-policy', policy);
  response.end(body);
}

async function answerRest(
  fake: FakeSignaling,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const joins = request.method === 'POST';
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = joins ? (JSON.parse(Buffer.concat(chunks).toString()) as JoinBody) : undefined;
  const code = joins ? (fake.fail.join ?? wrongPasscode(fake, body)) : fake.fail.describe;
  if (code !== undefined) {
    const entry = errorEntry(code);
    response.statusCode = entry.httpStatus ?? 500;
    const problem = { type: code, title: entry.title, status: response.statusCode, code, detail: entry.advice };
    response.end(JSON.stringify({ ...problem, requestId: 'r1' }));
    return;
  }
  const { meeting, passcode } = fake;
  const answer =
    body === undefined ? { ...meeting, passcodeRequired: passcode !== undefined } : joined(fake, host, body);
  response.end(JSON.stringify(answer));
}

function joined(fake: FakeSignaling, host: string, body: JoinBody): JoinAnswer {
  const { id, title } = fake.meeting;
  return {
    token: Buffer.from(body.name).toString('base64url') || 'x',
    tokenExpiresAtMs: Date.now() + 60_000,
    participantId: localId,
    role: fake.meeting.mode === 'Webinar' && body.speakerPasscode === undefined ? 'viewer' : 'speaker',
    ...(body.hostPasscode !== undefined && {
      host: { token: hostToken, tokenExpiresAtMs: Date.now() + 60_000, canRecord: fake.canRecord },
    }),
    url: `ws://${host}${socketPath}`,
    protocol: subprotocol,
    iceServers: [],
    meeting: { id, title },
    routerRtpCapabilities: router,
  };
}

function wrongPasscode(fake: FakeSignaling, body: JoinBody | undefined): ErrorCode | undefined {
  if (fake.meeting.mode === 'Webinar' && body?.speakerPasscode !== undefined)
    return body.speakerPasscode === speakerPasscode ? undefined : 'PasscodeWrong';
  if (body?.hostPasscode !== undefined) return body.hostPasscode === hostPasscode ? undefined : 'PasscodeWrong';
  const passcode = body?.passcode;
  if (fake.passcode === undefined || fake.passcode === passcode) return undefined;
  return passcode === undefined ? 'PasscodeRequired' : 'PasscodeWrong';
}

export function aRecording(some: Partial<RecordingAnswer> = {}): RecordingAnswer {
  return {
    ...{ name: 'planning-1', phase: 'Starting', reason: 'RecorderStarting', message: 'Its pod starts.' },
    ...{ queuePosition: 0, createdAtMs: Date.UTC(2026, 8, 1, 9), recordedMs: 0, missingMs: 0, progressPercent: 0 },
    ...{ stoppable: true, dataDeleted: false, outputs: [] },
    ...some,
  };
}

function answerRecordings(fake: FakeSignaling, request: IncomingMessage, response: ServerResponse): void {
  const [, , , , , recording, , output] = (request.url ?? '').split('/');
  if (request.headers.authorization !== `Bearer ${hostToken}`) {
    response.writeHead(401).end();
  } else if (request.method === 'DELETE') {
    fake.recordings = fake.recordings.filter(({ name }) => name !== recording);
    response.writeHead(204).end();
  } else if (output === undefined) response.end(JSON.stringify({ recordings: fake.recordings }));
  else response.end(JSON.stringify({ url: `${fake.store}/${output}`, expiresAtMs: Date.now() + 60_000 }));
}

let localName = 'me';

interface Answering {
  readonly fake: FakeSignaling;
  readonly socket: WebSocket;
  readonly waiting: (() => void)[];
}

function answerMessage({ fake, socket, waiting }: Answering, text: string): void {
  const message = clientMessage.parse(JSON.parse(text));
  fake.requests.push(message.type);
  const respond = (data: unknown): void =>
    socket.send(JSON.stringify({ type: 'response', to: message.id, ok: true, data }));
  const fail = (code: ErrorCode): void =>
    socket.send(JSON.stringify({ type: 'response', to: message.id, ok: false, error: { code, detail: code } }));
  switch (message.type) {
    case 'hello':
      if (message.token !== undefined) localName = Buffer.from(message.token, 'base64url').toString();
      if (fake.full) {
        waiting.push(() => respond(welcomeOf(fake, false)));
        const event: ServerEvent = { type: 'waiting', reason: 'NoCapacity', ahead: waiting.length };
        socket.send(JSON.stringify(event));
      } else respond(welcomeOf(fake, message.resumeToken !== undefined));
      return;
    case 'rejoin':
      if (fake.rejoins) respond(welcomeOf(fake, false));
      else fail('NoCapacity');
      return;
    case 'produce':
      respond({ producerId: message.producerId });
      return;
    case 'consume':
      respond({
        consumers: message.items.map(({ producerId }) => ({
          producerId,
          error: { code: 'CannotConsume', detail: 'no media here' },
        })),
      });
      return;
    case 'startRecording':
      if (fake.refuseRecording !== undefined) {
        fail(fake.refuseRecording);
        return;
      }
      fake.recordings = [aRecording(), ...fake.recordings];
      respond({ name: 'planning-1' });
      return;
    case 'stopRecording':
      fake.recordings = fake.recordings.map((recording) => ({ ...recording, phase: 'Finalizing' }));
      respond({ names: ['planning-1'] });
      return;
    case 'ping':
      respond({ serverTimeMs: Date.now() });
      return;
    case 'leave':
      respond({});
      socket.close();
      return;
    default:
      respond({ missingConsumerIds: [], iceParameters: transport('x').iceParameters });
  }
}

function welcomeOf(fake: FakeSignaling, resumed: boolean): Welcome {
  const { id, title } = fake.meeting;
  const local: Participant = { id: localId, name: localName, region: 'eu', joinedAtMs: 1 };
  return {
    participantId: localId,
    meeting: { id, title },
    resumed,
    resumeToken: 'resume',
    resumeTokenExpiresAtMs: Date.now() + 60_000,
    node: 'fake-node',
    region: 'eu',
    iceServers: [],
    routerRtpCapabilities: router,
    transports: { send: transport('send'), receive: transport('receive') },
    participants: [local, ...fake.others.participants],
    producers: fake.others.producers,
    activeSpeaker: { participantId: null, levels: [] },
    recording: fake.meeting.recording,
    recordingAloud: fake.recordingAloud,
    consumers: [],
    ownProducerIds: [],
  };
}
