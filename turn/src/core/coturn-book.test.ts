import { describe, expect, test } from 'vitest';
import { answerCommand, createCoturnBook, loadOf, type CoturnBook } from './coturn-book.js';

const key = (id: number): string => `turn/realm/parley/user/1700000000:ada/allocation/00${String(id)}/status`;
const traffic = key(1).replace('status', 'traffic');
const told = (book: CoturnBook, ...words: string[]): unknown => answerCommand(book, words, 0);
const started = (): CoturnBook => {
  const book = createCoturnBook('parley', 0);
  told(book, 'keys', 'turn/*/allocation/*/status');
  return book;
};

describe('allocations', () => {
  test('are counted from new to deleted, and a refresh is no second one', () => {
    const book = started();
    told(book, 'set', key(1), 'new lifetime=600, type=UDP');
    told(book, 'set', key(2), 'new lifetime=600, type=TCP');
    told(book, 'set', key(1), 'refreshed lifetime=600, type=UDP');
    expect(loadOf(book, 0)).toMatchObject({ allocations: 2, complete: true });
    expect(told(book, 'del', key(1))).toEqual({ type: 'Integer', value: 1 });
    expect(loadOf(book, 0).allocations).toBe(1);
  });

  test('one whose end was not told is not counted for ever', () => {
    const book = started();
    told(book, 'set', key(1), 'new lifetime=600');
    expect(loadOf(book, 600_000).allocations).toBe(1);
    expect(loadOf(book, 631_000).allocations).toBe(0);
  });

  test('those of a coturn before are handed to the next one, which deletes them', () => {
    const book = started();
    told(book, 'set', key(1), 'new lifetime=600');
    expect(told(book, 'keys', 'turn/*/allocation/*/status')).toEqual({ type: 'Strings', values: [key(1)] });
  });

  test('a book that is younger than its coturn is not complete until each allocation was refreshed once', () => {
    const book = createCoturnBook('parley', 0);
    expect(loadOf(book, 600_000).complete).toBe(false);
    expect(loadOf(book, 631_000).complete).toBe(true);
  });
});

test('traffic from and to clients is averaged over the last minute; what peers send is not counted twice', () => {
  const book = started();
  answerCommand(book, ['publish', traffic, 'rcvp=9, rcvb=6000, sentp=9, sentb=60000'], 1_000);
  answerCommand(book, ['publish', `${traffic}/peer`, 'rcvp=9, rcvb=6000, sentp=9, sentb=60000'], 1_000);
  answerCommand(
    book,
    ['publish', key(1).replace('status', 'total_traffic'), 'rcvp=9, rcvb=1, sentp=9, sentb=1'],
    1_000,
  );
  expect(loadOf(book, 2_000)).toMatchObject({ ingressBytesPerSecond: 100, egressBytesPerSecond: 1_000 });
  expect(loadOf(book, 62_000)).toMatchObject({ ingressBytesPerSecond: 0, egressBytesPerSecond: 0 });
});

test('coturn is told the peers of its realm, and no secret', () => {
  const book = started();
  book.peers = ['10.1.0.1', '2001:db8::1'];
  const [name] = (told(book, 'keys', 'turn/realm/*/allowed-peer-ip') as { values: string[] }).values;
  expect(name).toBe('turn/realm/parley/allowed-peer-ip');
  expect(told(book, 'smembers', name!)).toEqual({ type: 'Strings', values: book.peers });
  for (const other of ['turn/realm/parley/secret', 'turn/realm/other/allowed-peer-ip'])
    expect(told(book, 'smembers', other)).toEqual({ type: 'Strings', values: [] });
  expect(told(book, 'keys', 'turn/realm/*/denied-peer-ip')).toEqual({ type: 'Strings', values: [] });
  expect(told(book, 'get', 'turn/realm/parley/user-quota')).toEqual({ type: 'Nil' });
  expect(told(book, 'flushall')).toMatchObject({ type: 'Error' });
});
