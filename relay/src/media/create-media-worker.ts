import { createWorker, type types } from 'mediasoup';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** mediasoup closes its workers by itself at a signal; a node that is to end serves on until it is empty (law 2). */
export async function createMediaWorker(): Promise<types.Worker> {
  const before = signals.map((signal) => process.listeners(signal));
  const worker = await createWorker({ logLevel: 'error' });
  signals.forEach((signal, index) => {
    const added = process.listeners(signal).filter((listener) => !before[index]?.includes(listener));
    for (const listener of added) process.removeListener(signal, listener);
  });
  return worker;
}
