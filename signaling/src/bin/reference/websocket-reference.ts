/** docs/reference/websocket.md, from the protocol's schemas. */
import type { z } from 'zod';
import { clientMessage } from '../../protocol/client-messages.js';
import { limits } from '../../protocol/limits.js';
import * as media from '../../protocol/media-parameters.js';
import {
  consumeOutcome,
  consumer,
  errorCode,
  errorResponse,
  okResponse,
  requestError,
  responseData,
  welcome,
} from '../../protocol/responses.js';
import { activeSpeaker, participant, producer } from '../../protocol/roster.js';
import { serverEvent } from '../../protocol/server-messages.js';
import { socketPath, subprotocol } from '../../protocol/version.js';
import { fieldTable, jsonSchemaOf, typeText, type JsonSchema, type NamedSchemas } from './field-table.js';

const structures: readonly (readonly [string, z.ZodType])[] = [
  ['RtpCapabilities', media.rtpCapabilities],
  ['RtpParameters', media.rtpParameters],
  ['DtlsParameters', media.dtlsParameters],
  ['IceParameters', media.iceParameters],
  ['SctpStreamParameters', media.sctpStreamParameters],
  ['TransportOptions', media.transportOptions],
  ['IceServer', media.iceServer],
  ['Layers', media.layers],
  ['Participant', participant],
  ['Producer', producer],
  ['ActiveSpeaker', activeSpeaker],
  ['Welcome', welcome],
  ['Consumer', consumer],
  ['ConsumeOutcome', consumeOutcome],
  ['Error', requestError],
];

export function renderWebSocketReference(): string {
  const named: NamedSchemas = new Map([
    ...structures.map(([name, schema]) => [schema, `[${name}](#${name.toLowerCase()})`] as const),
    [errorCode, '[error code](errors.md)'],
  ]);
  return `${[intro(), requests(named), answers(named), events(named), structureChapters(named), limitTable()].join('\n\n')}\n`;
}

function intro(): string {
  return `<!-- Generated from signaling/src/protocol by make generate. -->

# WebSocket protocol

The socket is at \`${socketPath}\`; the answer of \`POST /v1/meetings/{id}/join\` holds its whole URL. The subprotocol is
\`${subprotocol}\`: a client that does not offer it is refused, and a protocol that is not compatible will have another name. New fields
and new events may come within a version: ignore what you do not know.

Every message is one JSON object in one text frame. The client sends requests, each with an \`id\`; the server answers each with a
\`response\` whose \`to\` is that id, in any order, and sends events of its own at any time after the welcome.

1. Send \`hello\` with the token, at once. Its answer is the [welcome](#welcome): who is there, both transports, and, with
   \`subscribe: "all"\`, consumers of everything that is sent, unpaused.
2. Load mediasoup-client's Device with \`routerRtpCapabilities\`, make both transports, and \`consume\` with the options given. Hand in DTLS
   parameters with \`connectTransport\` when mediasoup-client asks for it.
3. For what comes later, send \`consume\` with all producers that you want, in one message; then resume the consumers with one
   \`updateConsumers\`. A producer of the welcome without a consumer in it is asked for the same way.
4. When the socket is lost, open another, on any replica, and send \`hello\` with the resume token. \`resumed: true\`: transports, producers and consumers
   are as they were, and media never stopped. \`resumed: false\`: the seat was given up meanwhile; build everything from the answer.
5. After \`mediaReset\` the transports are gone: send \`rejoin\`, and build everything from its answer.

A socket that is closed by the server is closed with a code and an error's name as the reason; both are in the [error reference](errors.md).`;
}

function requests(named: NamedSchemas): string {
  const chapters = clientMessage.options.map((option) => {
    const type = option.shape.type.value;
    const schema = jsonSchemaOf(option, 'input', named);
    const data = jsonSchemaOf(responseData[type], 'output', named);
    const table = fieldTable(schema, ['type', 'id']);
    const answer = answerText(data);
    return [`### ${type}`, option.description ?? '', table, answer].filter((part) => part !== '').join('\n\n');
  });
  return ['## Requests', 'Every request has its `type` and an `id`, a whole number.', ...chapters].join('\n\n');
}

function answerText(data: JsonSchema): string {
  if (data.title !== undefined) return `Data of the answer: ${data.title}.`;
  const table = fieldTable(data);
  return table === '' ? 'The answer holds no data.' : `Data of the answer:\n\n${table}`;
}

function answers(named: NamedSchemas): string {
  return [
    '## Responses',
    'When the request was served:',
    fieldTable(jsonSchemaOf(okResponse, 'output', named)),
    'When it was not:',
    fieldTable(jsonSchemaOf(errorResponse, 'output', named)),
  ].join('\n\n');
}

function events(named: NamedSchemas): string {
  const chapters = serverEvent.options.map((option) => {
    const table = fieldTable(jsonSchemaOf(option, 'output', named), ['type']);
    return [`### ${option.shape.type.value}`, option.description ?? '', table]
      .filter((part) => part !== '')
      .join('\n\n');
  });
  return ['## Events', ...chapters].join('\n\n');
}

function structureChapters(named: NamedSchemas): string {
  const chapters = structures.map(([name, schema]) => {
    // Its own name must not stand for it here.
    const others = new Map([...named].filter(([structure]) => structure !== schema));
    const json = jsonSchemaOf(schema, 'output', others);
    const body = json.properties === undefined ? typeText(json) : fieldTable(json);
    return [`### ${name}`, schema.description ?? '', body].filter((part) => part !== '').join('\n\n');
  });
  return ['## Structures', ...chapters].join('\n\n');
}

function limitTable(): string {
  const rows = Object.entries(limits).map(([name, value]) => `| \`${name}\` | ${value} |`);
  return [
    '## Limits',
    'They stand in `signaling/src/protocol/limits.ts`.',
    ['| limit | value |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}
