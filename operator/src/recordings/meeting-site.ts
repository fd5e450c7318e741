/** Where a meeting is: the pool whose limit its recording counts for, and the zone that its recorder is to be near. */
import { ZONE_LABEL } from '@parley/crds/labels.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { Host } from '../resources/host-resource.js';
import type { NodePod } from '../resources/pod-resource.js';

export interface MeetingSite {
  readonly pool: string | undefined;
  readonly zone: string | undefined;
}

export interface MeetingSiteDeps {
  readonly store: Pick<MeetingStore, 'get'>;
  readonly pods: ObjectCache<NodePod>;
  readonly hosts: ObjectCache<Host>;
}

export function siteOf({ store, pods, hosts }: MeetingSiteDeps, { metadata }: Meeting): MeetingSite {
  const placements = store.get(meetingIdOf(metadata.uid))?.topology.placements ?? [];
  const placement = placements.find(({ draining }) => !draining) ?? placements[0];
  const pod = placement && pods.get(`${metadata.namespace}/${placement.node}`);
  const host = pod?.spec.nodeName === undefined ? undefined : hosts.get(pod.spec.nodeName);
  return { pool: placement?.pool, zone: host?.metadata.labels?.[ZONE_LABEL] };
}
