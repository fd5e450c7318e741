import { create } from '@bufbuild/protobuf';
import { TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { changePaths, noPaths, worldsOf } from './paths.js';

/** Of two nodes without a relay between them, so that taps alone are seen. */
const tapped = (taps: Readonly<Record<string, string>>): Topology =>
  create(TopologySchema, {
    placements: [{ node: 'a' }, { node: 'b' }],
    taps: Object.entries(taps).map(([recorder, node]) => ({ recorder, node })),
  });
const through = (self: string, ...topologies: Topology[]): string[][] =>
  worldsOf(topologies.reduce((paths, topology) => changePaths(paths, topology, { self, nowMs: 0 }), noPaths)).map(
    (world) => [...world.keys()],
  );

it.each([
  ['a recorder whose tap moves gets it by both for a while', 'a', [{ r: 'a' }, { r: 'b' }], [[], ['r']]],
  ['and keeps the one that it leaves', 'r', [{ r: 'a' }, { r: 'b' }], [['b'], ['a']]],
  ['one that has no tap any more gets nothing from then on', 'a', [{ r: 'a' }, {}], [[], []]],
  ['nor one whose place another has taken', 'a', [{ r: 'a' }, { s: 'a' }], [['s'], []]],
  ['nor what it got before its tap moved', 'a', [{ r: 'a' }, { r: 'b' }, {}], [[], []]],
] as const)('%s', (_, self, taps, worlds) => {
  expect(through(self, ...taps.map(tapped))).toEqual(worlds);
});
