import { describe, expect, test } from 'vitest';
import { isTurnNews, statusOfTurn, turnPhaseOf, type ServerFacts, type TurnStatusInput } from './turn-status.js';

const server = (over: Partial<ServerFacts> = {}): ServerFacts => ({
  name: 'eu-0-turn',
  phase: 'Ready',
  state: { phase: 'Ready', reason: undefined, message: '' },
  host: 'host-a',
  urls: ['turn:203.0.113.5:3478?transport=udp'],
  allocations: 7,
  bytesPerSecond: 1_000_000,
  ...over,
});
const status = (over: Partial<TurnStatusInput> = {}) =>
  statusOfTurn({
    recommendation: { desired: 1, reason: 'TurnReplicas' },
    servers: [server()],
    obstacle: undefined,
    previous: undefined,
    generation: 3,
    nowMs: 0,
    ...over,
  });

describe('statusOfTurn', () => {
  test('tells each server with its load', () => {
    expect(status().turn).toEqual({
      ...{ desired: 1, reason: 'TurnReplicas', ready: 1, allocations: 7 },
      servers: [
        {
          ...{ name: 'eu-0-turn', phase: 'Ready', host: 'host-a', allocations: 7, megabitsPerSecond: 8 },
          urls: ['turn:203.0.113.5:3478?transport=udp'],
        },
      ],
    });
    expect(status().conditions).toMatchObject([
      { type: 'TurnReady', status: 'True', reason: 'TurnServersReady', observedGeneration: 3 },
    ]);
  });

  test.each<[string, Partial<TurnStatusInput>, string, string]>([
    ['none is there yet', { servers: [] }, 'TurnServersStarting', '0 of 1'],
    [
      'no host fits',
      {
        servers: [
          server({
            phase: 'Pending',
            state: { phase: 'Pending', reason: 'NodesUnschedulable', message: 'no free ports' },
          }),
        ],
      },
      'TurnServersUnschedulable',
      'eu-0-turn: no free ports',
    ],
    [
      'a pod was refused',
      { servers: [], obstacle: { reason: 'TurnPodRefused', detail: 'quota exceeded' } },
      'TurnPodRefused',
      'quota exceeded',
    ],
    [
      'the Secret is missing, though a server is up',
      { obstacle: { reason: 'TurnSecretMissing', detail: 'There is no Secret x.' } },
      'TurnSecretMissing',
      'There is no Secret x.',
    ],
  ])('%s', (_, over, reason, message) => {
    const [condition] = status(over).conditions;
    expect(condition).toMatchObject({ status: 'False', reason });
    expect(condition?.message).toContain(message);
  });

  test('a load alone is no news', () => {
    expect(isTurnNews(status(), status({ servers: [server({ allocations: 9, bytesPerSecond: 0 })] }))).toBe(false);
    expect(isTurnNews(status(), status({ servers: [server({ phase: 'Draining' })] }))).toBe(true);
  });

  test('a pod on its way out is a server that drains', () => {
    expect(turnPhaseOf({ phase: 'Ending', reason: undefined, message: '' })).toBe('Draining');
    expect(turnPhaseOf({ phase: 'Unreachable', reason: undefined, message: '' })).toBe('Unreachable');
  });
});
