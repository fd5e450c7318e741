import { expect, test } from 'vitest';
import { formatReply, parseCommands } from './resp.js';

const wire = (...words: string[]): string =>
  `*${String(words.length)}\r\n${words.map((word) => `$${String(Buffer.byteLength(word))}\r\n${word}\r\n`).join('')}`;

test('commands are read, however they are cut', () => {
  const bytes = Buffer.from(wire('set', 'key', 'new lifetime=600, grüße') + wire('ping'));
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const first = parseCommands(bytes.subarray(0, cut));
    if (first.type !== 'Commands') throw new Error('malformed');
    const second = parseCommands(Buffer.concat([first.rest, bytes.subarray(cut)]));
    if (second.type !== 'Commands') throw new Error('malformed');
    expect([...first.commands, ...second.commands]).toEqual([['set', 'key', 'new lifetime=600, grüße'], ['ping']]);
    expect(second.rest.length).toBe(0);
  }
});

test.each([
  ['another protocol', 'GET / HTTP/1.1\r\n'],
  ['too many words', '*100\r\n'],
  ['a word that is too long', '*1\r\n$100000\r\n'],
  ['a number that is none', '*x\r\n'],
  ['a line without an end', '*'.padEnd(40, '1')],
])('%s is refused', (_, text) => {
  expect(parseCommands(Buffer.from(text))).toEqual({ type: 'Malformed' });
});

test('replies are as hiredis reads them', () => {
  expect(formatReply({ type: 'Strings', values: ['a', 'é'] })).toBe('*2\r\n$1\r\na\r\n$2\r\né\r\n');
  expect(formatReply({ type: 'Integer', value: 1 })).toBe(':1\r\n');
  expect(formatReply({ type: 'Nil' })).toBe('$-1\r\n');
});
