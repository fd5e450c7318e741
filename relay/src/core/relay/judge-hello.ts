/**
 * Whom a node lets in as the other side of a relay. A relay stands where both sides' topologies list it in the same way; who comes
 * with an older topology is refused until he has the newer one, and who comes with a newer one than ours waits for us only if ours
 * has no such relay. Media that flows does not depend on it.
 */
import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { compareFence, type Fence } from '../topology/compare-fence.js';

export interface Hello extends Fence {
  readonly meetingId: string;
  readonly node: string;
  readonly kind: RelayKind;
}

/** What this side holds of the relay. */
export interface ExpectedHello extends Fence {
  readonly meetingId: string;
  /** The other node's name, by our topology. */
  readonly peer: string;
  readonly kind: RelayKind;
  /** The name in the other side's certificate; undefined when it proves nothing of itself. */
  readonly provenName: string | undefined;
}

export const helloRefusals = ['NotItself', 'OtherRelay', 'StaleEpoch'] as const;
export type HelloRefusal = (typeof helloRefusals)[number];

/** @returns undefined: welcome. */
export function judgeHello(hello: Hello, expected: ExpectedHello): HelloRefusal | undefined {
  if (!isItself(hello, expected.provenName)) return 'NotItself';
  if (hello.meetingId !== expected.meetingId || hello.node !== expected.peer) return 'OtherRelay';
  if (compareFence(hello, expected) < 0) return 'StaleEpoch';
  return hello.kind === expected.kind ? undefined : 'OtherRelay';
}

/** All pods of a recording come with one certificate, which names what their names begin with. */
function isItself({ node, kind }: Hello, provenName: string | undefined): boolean {
  if (provenName === undefined || provenName === node) return true;
  return kind === RelayKind.TAP && node.startsWith(`${provenName}-`);
}
