/** Meetings placed by the operator, and the same writes by a client that only writes them: what the API server allows at most. */
import { meetingsPath, unwatchedNamespace } from '../process/local-cluster.js';
import type { KubeApi, KubeObject } from '../process/kube-api.js';
import { watchPlacements } from './placements.js';

/** Each resolves with performance.now() of when the Meeting was seen Placed. */
export interface MeetingClients {
  createAndAwait(name: string): Promise<number>;
  /** Creates it in a namespace that the operator does not watch, and applies a status like this one's itself. */
  createAndPatch(name: string, like: KubeObject): Promise<number>;
  /** Those that the operator wrote about Meetings; it limits how many. */
  countEvents(): Promise<number>;
  /** As many, by the bare client. */
  writeEvents(prefix: string, count: number): Promise<void>;
  stop(): void;
}

const eventsPath = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;

export async function createMeetingClients(api: KubeApi, expectedParticipants: number): Promise<MeetingClients> {
  const [real, bare] = await Promise.all([watchPlacements(api, 'default'), watchPlacements(api, unwatchedNamespace)]);
  const meetingNamed = (name: string): object => ({
    apiVersion: 'parley.dev/v1alpha1',
    kind: 'Meeting',
    metadata: { name },
    spec: { title: name, expectedParticipants },
  });
  return {
    createAndAwait: async (name) => {
      await api.create(meetingsPath('default'), meetingNamed(name));
      return real.placed(name);
    },
    createAndPatch: async (name, { status }) => {
      const path = meetingsPath(unwatchedNamespace);
      await api.create(path, meetingNamed(name));
      await api.apply(`${path}/${name}/status`, {
        apiVersion: 'parley.dev/v1alpha1',
        kind: 'Meeting',
        metadata: { name },
        status,
      });
      return bare.placed(name);
    },
    countEvents: async () => ((await api.get(eventsPath('default'))).items ?? []).length,
    writeEvents: async (prefix, count) => {
      for (let index = 0; index < count; index++)
        await api.create(eventsPath(unwatchedNamespace), eventLike(prefix, index));
    },
    stop: () => {
      real.stop();
      bare.stop();
    },
  };
}

function eventLike(prefix: string, index: number): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${prefix}-${index}` },
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    type: 'Normal',
    reason: 'RoomOnNode',
    action: 'Place',
    note: 'Placed on eu-0. The node has room for the size that the meeting is expected to have.',
    reportingController: 'parley.dev/operator',
    reportingInstance: 'operator',
    regarding: {
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'Meeting',
      name: `${prefix}-${index}`,
      namespace: unwatchedNamespace,
    },
  };
}
