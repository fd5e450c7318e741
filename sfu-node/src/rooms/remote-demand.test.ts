import { expect, it } from 'vitest';
import { createRemoteDemand } from './remote-demand.js';

it('tells only what changes: active with one unpaused consumer, paused with none, none without consumers', () => {
  const told: string[] = [];
  const demand = createRemoteDemand((producerId, wanted) => told.push(`${producerId} ${wanted}`));
  const [ann, bob] = [{}, {}];

  demand.set('p', ann, true);
  demand.set('p', bob, true);
  demand.set('p', ann, false);
  demand.set('p', bob, false);
  demand.remove('p', ann);
  demand.set('p', bob, true);
  demand.remove('p', bob);
  demand.remove('p', bob);

  expect(told).toEqual(['p Paused', 'p Active', 'p Paused', 'p None']);
});
