import { expect, it } from 'vitest';
import { nodeFlagsOf } from './image-command.js';

it('finds the flags that an image starts Node.js with', () => {
  expect(nodeFlagsOf('operator')).toEqual(['--max-semi-space-size=8']);
  expect(nodeFlagsOf('signaling')).toEqual([]);
  expect(() => nodeFlagsOf('nothing')).toThrow('nothing');
});
