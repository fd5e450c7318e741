import { Gauge, type Registry } from 'prom-client';
import type { CoturnLoad } from '../core/coturn-book.js';

/** What is read when metrics are scraped. */
export interface AgentGauges {
  load(): CoturnLoad;
  allocationsTotal(): number;
  peers(): number;
  databaseConnections(): number;
  certificateReloads(): number;
}

export function createAgentMetrics(registry: Registry, gauges: AgentGauges): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `parley_turn_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('allocations', 'Allocations that coturn has now.', () => gauges.load().allocations);
  gauge('allocations_seen', 'Allocations that coturn has told of since the agent started.', () =>
    gauges.allocationsTotal(),
  );
  gauge('counts_complete', '1 unless coturn may have allocations from before the agent started.', () =>
    Number(gauges.load().complete),
  );
  gauge('ingress_bytes_per_second', 'From clients, averaged over a minute.', () => gauges.load().ingressBytesPerSecond);
  gauge('egress_bytes_per_second', 'To clients, averaged over a minute.', () => gauges.load().egressBytesPerSecond);
  gauge('peers', 'Addresses that clients may be relayed to.', () => gauges.peers());
  gauge('coturn_connections', 'Connections of coturn to the agent; none: coturn is away.', () =>
    gauges.databaseConnections(),
  );
  gauge('certificate_reloads', 'Times that coturn was told of a renewed certificate.', () =>
    gauges.certificateReloads(),
  );
}
