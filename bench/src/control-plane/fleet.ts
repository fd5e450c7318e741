import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FleetAnswer, FleetMessage } from './fleet-messages.js';
import type { ScheduledPod } from './hosts.js';

/** Fake nodes over mutual TLS, each on an address of its own, spread over some processes. */
export interface Fleet {
  run(pod: ScheduledPod): void;
  /** Who comes to each meeting that is placed from now on. */
  setPeople(peoplePerMeeting: number): void;
  count(): Promise<FleetAnswer>;
  close(): void;
}

const processes = 3;
const program = fileURLToPath(new URL('./fleet-process.js', import.meta.url));

export function startFleet(tlsDir: string): Fleet {
  const children = Array.from({ length: processes }, () => fork(program, [tlsDir]));
  let next = 0;
  return {
    run: (pod) => {
      send(children[next % processes], { kind: 'Start', ...pod });
      next += 1;
    },
    setPeople: (peoplePerMeeting) => {
      for (const child of children) send(child, { kind: 'People', peoplePerMeeting });
    },
    count: async () => {
      const answers = await Promise.all(children.map(countOf));
      const sum = (of: (answer: FleetAnswer) => number): number =>
        answers.reduce((total, answer) => total + of(answer), 0);
      return { nodes: sum(({ nodes }) => nodes), taken: sum(({ taken }) => taken) };
    },
    close: () => {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function send(child: ChildProcess | undefined, message: FleetMessage): void {
  child?.send(message);
}

async function countOf(child: ChildProcess): Promise<FleetAnswer> {
  return new Promise((resolve) => {
    child.once('message', (answer) => resolve(answer as FleetAnswer));
    send(child, { kind: 'Count' });
  });
}
