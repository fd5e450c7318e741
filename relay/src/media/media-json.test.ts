import { expect, it } from 'vitest';
import { createMediaJson, refusedByMedia } from './media-json.js';

const mediaJson = createMediaJson(1_000);

it.each([
  ['no JSON', () => mediaJson.rtpCapabilities('{'), /not JSON/],
  ['more bytes than allowed', () => mediaJson.rtpCapabilities(`"${'é'.repeat(600)}"`), /more than 1000 bytes/],
  ['a list where a record belongs', () => mediaJson.rtpParameters('[]'), /rtp_parameters_json/],
  ['no codecs', () => mediaJson.rtpParameters('{"codecs":[]}'), /codecs/],
  ['no fingerprints', () => mediaJson.dtlsParameters('{"fingerprints":[]}'), /fingerprints/],
  ['a stream id out of range', () => mediaJson.sctpStreamParameters('{"streamId":70000}'), /streamId/],
])('refuses %s', (_, parse, message) => {
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

it('keeps what mediasoup knows and we do not', () => {
  const text = '{"codecs":[{"mimeType":"audio/opus"}],"encodings":[{"ssrc":1,"dtx":true}]}';
  expect(mediaJson.rtpParameters(text)).toEqual(JSON.parse(text));
});

it.each([
  ['WorkerClosedError', 'FAILED_PRECONDITION'],
  ['NotFoundError', 'NOT_FOUND'],
  ['TypeError', 'INVALID_ARGUMENT'],
])('%s of mediasoup becomes %s', (name, code) => {
  expect(refusedByMedia(Object.assign(new Error('no'), { name })).code).toBe(code);
});
