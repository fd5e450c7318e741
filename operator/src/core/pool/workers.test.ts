import { expect, test } from 'vitest';
import { aPoolSpec } from '../testing/builders.js';
import { workersOf } from './workers.js';

const grace = { terminationGracePeriodSeconds: 30 };

test.each([
  ['as asked', { workers: 3, template: { ...grace, resources: { limits: { cpu: 8 } } } }, 3],
  ['the CPU limit, rounded up', { template: { ...grace, resources: { limits: { cpu: '1500m' } } } }, 2],
  ['the CPU request', { template: { ...grace, resources: { requests: { cpu: '4' } } } }, 4],
  ['one', {}, 1],
  ['one of a quantity that is none', { template: { ...grace, resources: { limits: { cpu: 'many' } } } }, 1],
  ['64 at most', { template: { ...grace, resources: { limits: { cpu: 96 } } } }, 64],
])('%s', (_, spec, workers) => {
  expect(workersOf(aPoolSpec(spec))).toBe(workers);
});
