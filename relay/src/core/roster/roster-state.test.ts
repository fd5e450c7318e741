import { create } from '@bufbuild/protobuf';
import {
  LeaveReason,
  ParticipantSchema,
  ProducerSchema,
  type Participant,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import { describe, expect, it } from 'vitest';
import { applyToRoster, emptyRoster, local, shown, type ImageAction, type RosterState } from './roster-state.js';

const anna = (node: string, joinedAtMs: number): Participant =>
  create(ParticipantSchema, { id: 'anna', node, joinedAtMs });
const joins = (node: string, joinedAtMs: number): ImageAction => ({
  kind: 'UpsertParticipant',
  participant: anna(node, joinedAtMs),
});
const produces = (id: string): ImageAction => ({
  kind: 'UpsertProducer',
  producer: create(ProducerSchema, { id, participantId: 'anna' }),
});
const leaves: ImageAction = { kind: 'RemoveParticipant', participantId: 'anna', reason: LeaveReason.LEFT };

function play(...steps: readonly (readonly [string, ImageAction])[]): { state: RosterState; told: string[] } {
  let state = emptyRoster;
  const told: string[] = [];
  for (const [origin, action] of steps) {
    const step = applyToRoster(state, origin, action);
    state = step.state;
    told.push(...step.changes.map(({ value }) => value.case));
  }
  return { state, told };
}

describe('a participant that moves', () => {
  it.each([
    [
      'is shown where he joined last',
      [
        ['peer', joins('peer', 1)],
        [local, joins('here', 2)],
      ],
      'here',
    ],
    [
      'is not taken back by an older node',
      [
        [local, joins('here', 2)],
        ['peer', joins('peer', 1)],
      ],
      'here',
    ],
    [
      'is ours when both joined at once',
      [
        ['peer', joins('peer', 1)],
        [local, joins('here', 1)],
      ],
      'here',
    ],
    [
      'stays while the old place lets go',
      [
        ['peer', joins('peer', 1)],
        [local, joins('here', 2)],
        ['peer', leaves],
      ],
      'here',
    ],
    [
      'is shown where he still is',
      [
        ['peer', joins('peer', 1)],
        [local, joins('here', 2)],
        [local, leaves],
      ],
      'peer',
    ],
  ] as const)('%s', (_, steps, node) => {
    const { state, told } = play(...steps);
    expect(shown(state).participants.get('anna')?.node).toBe(node);
    expect(told.filter((kind) => kind === 'participantJoined')).toHaveLength(1);
    expect(told).not.toContain('participantLeft');
  });
});

it('takes producers out before their participant, and tells nothing twice', () => {
  const { told } = play([local, joins('here', 1)], [local, produces('mic')], [local, produces('mic')], [local, leaves]);
  expect(told).toEqual(['participantJoined', 'producerAdded', 'producerRemoved', 'participantLeft']);
});

it('tells only what differs when an origin says everything anew', () => {
  const before = play(['peer', joins('peer', 1)], ['peer', produces('mic')], ['peer', produces('camera')]).state;
  const producers = [create(ProducerSchema, { id: 'mic', participantId: 'anna', paused: true })];
  const reason = LeaveReason.LEFT;
  const { changes } = applyToRoster(before, 'peer', {
    kind: 'Replace',
    participants: [anna('peer', 1)],
    producers,
    reason,
  });
  expect(changes.map(({ value }) => value.case)).toEqual(['producerRemoved', 'producerUpdated']);
});
