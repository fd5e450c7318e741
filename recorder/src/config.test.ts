import { expect, it } from 'vitest';
import { parseConfig } from './config.js';

const recording = {
  ...{
    namespace: 'team',
    job: 'weekly',
    uid: 'u',
    meetingId: 'abc-defg-hij',
    title: '',
    layout: 'Gallery',
    outputs: ['MP4'],
  },
  storage: { s3: { bucket: 'rec', prefix: 'team/abc/u/', region: 'us-east-1', forcePathStyle: false } },
  ...{ maxDurationMs: 60_000, emptyMeetingMs: 10_000, bufferBytes: 1_048_576, keepSegments: false },
};
const environment = { PARLEY_RECORDER_NAME: 'rec-1', POD_IP: '10.0.0.1', PARLEY_RECORDING: JSON.stringify(recording) };

it('reads what is recorded from one variable', () => {
  expect(parseConfig(environment).recording).toEqual(recording);
});

it.each([
  ['no JSON', 'hunter2', /PARLEY_RECORDING: must be JSON/],
  ['a layout that it does not know', JSON.stringify({ ...recording, layout: 'Mosaic' }), /PARLEY_RECORDING\.layout/],
  ['no place', JSON.stringify({ ...recording, storage: {} }), /PARLEY_RECORDING\.storage/],
  [
    'the place of all recordings',
    JSON.stringify({ ...recording, storage: { directory: '/recordings', prefix: '/' } }),
    /PARLEY_RECORDING\.storage/,
  ],
])('refuses %s', (_, value, expected) => {
  expect(() => parseConfig({ ...environment, PARLEY_RECORDING: value })).toThrow(expected);
});

it('asks for TLS in production', () => {
  expect(() => parseConfig({ ...environment, NODE_ENV: 'production' })).toThrow(/TLS_DIR/);
});
