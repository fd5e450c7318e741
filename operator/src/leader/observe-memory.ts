import type { MeetingPhase } from '@parley/crds/meeting.js';
import { phaseOf } from '../core/status/meeting-status.js';
import type { KubeMetrics } from '../kube/metrics.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { LeaderMemory } from './leader-memory.js';

export interface ObserveMemoryDeps {
  readonly memory: Pick<LeaderMemory, 'store' | 'directory'>;
  readonly metrics: OperatorMetrics;
  readonly kubeMetrics: KubeMetrics;
}

/** Counts at each scrape what the leader holds; a standby holds nothing, so the end sets all to 0. Returns what ends it. */
export function observeMemory({ memory, metrics, kubeMetrics }: ObserveMemoryDeps): () => void {
  const { store, directory } = memory;
  const publish = (
    phases: Record<MeetingPhase, number>,
    contacts: Record<Contact, number>,
    participants: number,
  ): void => {
    for (const [phase, count] of Object.entries(phases)) metrics.meetings.set({ phase }, count);
    for (const [contact, count] of Object.entries(contacts)) metrics.nodes.set({ contact }, count);
    metrics.participants.set(participants);
  };
  const stop = kubeMetrics.beforeScrape(() => {
    const phases = noPhases();
    const contacts = noContacts();
    let participants = 0;
    for (const node of directory.nodes()) {
      contacts[directory.contact(node)] += 1;
      participants += directory.report(node)?.load.participants ?? 0;
    }
    for (const { topology, meetingId } of store.values()) {
      const people = [...store.reportedParticipants(meetingId).values()].reduce((sum, count) => sum + count, 0);
      phases[phaseOf(topology, people)] += 1;
    }
    publish(phases, contacts, participants);
  });
  return () => {
    stop();
    publish(noPhases(), noContacts(), 0);
  };
}

type Contact = 'Connecting' | 'Live' | 'Lost';
const noPhases = (): Record<MeetingPhase, number> => ({ Pending: 0, Placed: 0, Active: 0, Ended: 0 });
const noContacts = (): Record<Contact, number> => ({ Connecting: 0, Live: 0, Lost: 0 });
