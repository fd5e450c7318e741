import { hash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import { topologyMessage } from './topology-message.js';

const LENGTH = 16;
/** Each is asked for again and again. */
const known = new WeakMap<MeetingTopology, string>();

/** Of all that a node is told but for term and epoch: two that are the same say the same. */
export function topologyFingerprint(topology: MeetingTopology): string {
  let fingerprint = known.get(topology);
  if (fingerprint === undefined) {
    const bytes = toBinary(TopologySchema, topologyMessage({ ...topology, term: 0, epoch: 0 }));
    fingerprint = hash('sha256', bytes, 'base64url').slice(0, LENGTH);
    known.set(topology, fingerprint);
  }
  return fingerprint;
}
