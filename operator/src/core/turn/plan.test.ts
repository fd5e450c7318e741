import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILED_SERVER_AGE_MS, planTurn } from './plan.js';
import type { ObservedServer, TurnWorld } from './world.js';

const NOW = 1_000_000;
const server = (over: Partial<ObservedServer> = {}): ObservedServer => ({
  name: 'eu-0-turn',
  uid: `uid of ${over.name ?? 'eu-0-turn'}`,
  revision: 'now',
  phase: 'Ready',
  createdAtMs: 0,
  allocations: 0,
  isConfigured: true,
  certificate: 'Current',
  ...over,
});
const world = (over: Partial<TurnWorld> = {}): TurnWorld => ({
  pool: 'eu',
  desired: 1,
  revision: 'now',
  servers: [server()],
  nowMs: NOW,
  ...over,
});
const actions = (over: Partial<TurnWorld>): string[] =>
  planTurn(world(over)).actions.map(({ type, server: name, reason }) => `${type} ${name} ${reason}`);

describe('planTurn', () => {
  test.each<[string, Partial<TurnWorld>, string[]]>([
    ['as it should be', {}, []],
    ['too few', { desired: 2 }, ['CreateServer eu-1-turn TurnBelowDesired']],
    [
      'one drains: another takes its place, and another name',
      { servers: [server({ phase: 'Draining', allocations: 5 })] },
      ['CreateServer eu-1-turn TurnBelowDesired'],
    ],
    [
      'too many: the one with the fewest allocations goes',
      { servers: [server({ allocations: 3 }), server({ name: 'eu-1-turn', allocations: 2 })] },
      ['DeleteServer eu-1-turn TurnAboveDesired'],
    ],
    [
      'too many: one that is not up goes first',
      { servers: [server(), server({ name: 'eu-1-turn', phase: 'Starting' })] },
      ['DeleteServer eu-1-turn TurnAboveDesired'],
    ],
    [
      'not prepared',
      { servers: [server({ phase: 'Pending', isConfigured: false, certificate: 'CertificateMissing' })] },
      ['Configure eu-0-turn TurnUnconfigured', 'IssueCertificate eu-0-turn CertificateMissing'],
    ],
    [
      'a certificate comes of age',
      { servers: [server({ certificate: 'CertificateExpiring' })] },
      ['IssueCertificate eu-0-turn CertificateExpiring'],
    ],
    [
      'failed long ago',
      { servers: [server({ phase: 'Failed' })] },
      ['DeleteServer eu-0-turn TurnFailed', 'CreateServer eu-1-turn TurnBelowDesired'],
    ],
    ['failed just now', { servers: [server({ phase: 'Failed', createdAtMs: NOW - 1 })] }, []],
    [
      'outdated: another first',
      { servers: [server({ revision: 'old' })] },
      ['CreateServer eu-1-turn TurnBelowDesired'],
    ],
    [
      'outdated, and the other is not up yet',
      { servers: [server({ revision: 'old' }), server({ name: 'eu-1-turn', phase: 'Starting' })] },
      [],
    ],
    [
      'outdated, and the other is up',
      { servers: [server({ revision: 'old', allocations: 9 }), server({ name: 'eu-1-turn' })] },
      ['DeleteServer eu-0-turn TurnOutdated'],
    ],
    [
      'outdated, with clients, and no host for the other',
      { servers: [server({ revision: 'old', allocations: 9 }), server({ name: 'eu-1-turn', phase: 'Pending' })] },
      [],
    ],
    [
      'outdated, without clients, and no host for the other',
      { servers: [server({ revision: 'old' }), server({ name: 'eu-1-turn', phase: 'Pending' })] },
      ['DeleteServer eu-0-turn TurnOutdated'],
    ],
    [
      'a bad configuration is mended',
      { servers: [server({ revision: 'bad', phase: 'Starting' })] },
      ['DeleteServer eu-0-turn TurnOutdated'],
    ],
    ['the Secret is missing: nothing is made, and what is there stays', { desired: 3, revision: undefined }, []],
    ['no TURN any more', { desired: 0, revision: undefined }, ['DeleteServer eu-0-turn TurnAboveDesired']],
  ])('%s', (_, over, expected) => {
    expect(actions(over)).toEqual(expected);
  });

  test('a failed server is looked at again when it may be replaced', () => {
    const servers = [server({ phase: 'Failed', createdAtMs: NOW - 1_000 })];
    expect(planTurn(world({ servers })).requeueAfterMs).toBe(FAILED_SERVER_AGE_MS - 1_000);
  });

  const anyServer = fc.record({
    phase: fc.constantFrom('Pending', 'Starting', 'Ready', 'Unreachable', 'Draining', 'Failed' as const),
    revision: fc.constantFrom('now', 'old'),
    allocations: fc.nat(3),
    createdAtMs: fc.nat(NOW),
    isConfigured: fc.boolean(),
    certificate: fc.constantFrom('Current', 'CertificateMissing' as const),
  });
  const anyWorld = fc
    .record({ desired: fc.nat(4), servers: fc.array(anyServer, { maxLength: 7 }) })
    .map(({ desired, servers }) =>
      world({ desired, servers: servers.map((over, index) => server({ ...over, name: `eu-${String(index)}-turn` })) }),
    );

  test('law 2: while fewer are up than desired, none that is up goes but for its replacement', () => {
    fc.assert(
      fc.property(anyWorld, (given) => {
        const up = given.servers.filter(({ phase }) => phase === 'Ready' || phase === 'Unreachable');
        const gone = planTurn(given).actions.filter(
          (action) => action.type === 'DeleteServer' && up.some(({ name }) => name === action.server),
        );
        const rolled = gone.filter(({ reason }) => reason === 'TurnOutdated');
        expect(rolled.length).toBeLessThanOrEqual(1);
        if (gone.length > rolled.length) expect(up.length).toBeGreaterThanOrEqual(given.desired);
      }),
    );
  });

  test('law 8: it converges, and then plans nothing', () => {
    fc.assert(
      fc.property(anyWorld, (given) => {
        let now = given;
        for (let round = 0; round < 40; round += 1) {
          const { actions: planned } = planTurn(now);
          const deleted = new Set(planned.flatMap((a) => (a.type === 'DeleteServer' ? [a.server] : [])));
          const made = planned.flatMap((a) => (a.type === 'CreateServer' ? [a.server] : []));
          // What was prepared comes up, what was deleted drains and goes, and time passes.
          const kept = now.servers
            .filter(({ name, phase }) => !deleted.has(name) && phase !== 'Draining')
            .map((each) => ({ ...each, isConfigured: true, certificate: 'Current' as const }))
            .map((each) => (each.phase === 'Failed' ? each : { ...each, phase: 'Ready' as const }));
          const fresh = made.map((name) => server({ name, phase: 'Pending', createdAtMs: now.nowMs }));
          now = { ...now, servers: [...kept, ...fresh], nowMs: now.nowMs + FAILED_SERVER_AGE_MS };
        }
        expect(planTurn(now)).toEqual({ actions: [], requeueAfterMs: undefined });
        expect(now.servers.length).toBe(now.desired);
        expect(now.servers.every(({ revision }) => revision === 'now')).toBe(true);
      }),
    );
  });
});
