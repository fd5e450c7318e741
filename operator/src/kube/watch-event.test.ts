import { describe, expect, it } from 'vitest';
import { KubeError, type KubeErrorCode } from './kube-error.js';
import { parseListPage, parseWatchEvent } from './watch-event.js';

const object = { metadata: { name: 'a', namespace: 'n', resourceVersion: '7', managedFields: [{}] } };
const parse = (value: unknown) => parseWatchEvent(JSON.stringify(value));
function codeOf(act: () => unknown): KubeErrorCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof KubeError ? error.code : undefined;
  }
}

describe('a line of a watch', () => {
  it.each([
    ['ADDED', 'Changed'],
    ['MODIFIED', 'Changed'],
    ['DELETED', 'Deleted'],
  ])('%s is %s, without managedFields', (type, kind) => {
    const event = parse({ type, object });
    expect(event).toMatchObject({ kind, object: { metadata: { name: 'a', resourceVersion: '7' } } });
    expect(JSON.stringify(event)).not.toContain('"managedFields":[{}]},"json"');
    expect('object' in event && JSON.stringify(event.object.json)).not.toContain('managedFields');
  });
  it('BOOKMARK brings a version', () => {
    expect(parse({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } })).toEqual({
      kind: 'Bookmark',
      resourceVersion: '9',
    });
  });
  it('ERROR is thrown as what it is', () => {
    expect(codeOf(() => parse({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }))).toBe(
      'Gone',
    );
  });
  it('of a type that is not known is told apart from one that is broken', () => {
    expect(parse({ type: 'NEW', object: {} })).toEqual({ kind: 'Ignored', type: 'NEW' });
  });
  it.each(['', '{', '[]', '{"type":"ADDED"}', '{"type":"ADDED","object":{}}', '{"type":"BOOKMARK","object":{}}'])(
    'that is %j is truncated',
    (line) => {
      expect(codeOf(() => parseWatchEvent(line))).toBe('Truncated');
    },
  );
});

describe('a page of a list', () => {
  it('has items, a version, and perhaps more to come', () => {
    const page = { metadata: { resourceVersion: '8', continue: 'next' }, items: [object] };
    expect(parseListPage(page)).toMatchObject({ resourceVersion: '8', continueToken: 'next' });
    expect(parseListPage({ metadata: { resourceVersion: '8', continue: '' }, items: null })).toEqual({
      resourceVersion: '8',
      continueToken: undefined,
      items: [],
    });
  });
  it('with an object that has no name is no list', () => {
    expect(codeOf(() => parseListPage({ metadata: { resourceVersion: '8' }, items: [{}] }))).toBe('Truncated');
  });
});
