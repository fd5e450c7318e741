import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.js';
import { KubeError } from '../../../src/kube/kube-error.js';

/** A client that dies with its process: at a request of the test's choice, and from then on at everything. */
export interface MortalClient {
  readonly wrap: (client: KubeClient) => KubeClient;
  readonly isDead: boolean;
}

/** @param fate whether to die before or after the API server gets this request. */
export function createMortalClient(fate: (request: KubeRequest) => 'Before' | 'After' | undefined): MortalClient {
  let isDead = false;
  const dead = (): KubeError => new KubeError('Network', 'killed');
  return {
    get isDead() {
      return isDead;
    },
    wrap: (client) => ({
      ...client,
      request: async (request) => {
        const when = isDead ? 'Before' : fate(request);
        isDead ||= when !== undefined;
        if (when === 'Before') throw dead();
        const answer = await client.request(request);
        if (when === 'After') throw dead();
        return answer;
      },
    }),
  };
}
