import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseEnvironment, port } from './environment.js';

const schema = z.object({ HTTP_PORT: port.default(8080), NAME: z.string() });

it('coerces, and takes an empty variable for an unset one', () => {
  expect(parseEnvironment(schema, { NAME: 'a', HTTP_PORT: '' })).toEqual({ NAME: 'a', HTTP_PORT: 8080 });
});

it('names each wrong variable but not its value', () => {
  expect(() => parseEnvironment(schema, { HTTP_PORT: 'hunter2' })).toThrow(/HTTP_PORT: .*NAME: /);
  expect(() => parseEnvironment(schema, { HTTP_PORT: 'hunter2' })).not.toThrow(/hunter2/);
});
