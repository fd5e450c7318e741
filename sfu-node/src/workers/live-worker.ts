import type { types } from 'mediasoup';
import type { WorkerLoad } from '../core/placement/select-worker.js';

/** A mediasoup worker process with its WebRtcServer. When the process dies this is gone for good; another takes its index. */
export interface LiveWorker extends WorkerLoad {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  /** What rooms have here; they count themselves in and out. */
  rooms: number;
  consumers: number;
  /** Every open transport of its routers, clients' and relays'. */
  readonly transports: Set<types.Transport>;
}

export interface LiveWorkerOptions {
  readonly index: number;
  readonly listenIp: string;
  /** UDP and TCP; 0 takes any. */
  readonly port: number;
}

const socketBufferBytes = 4 * 1024 * 1024;

/** @throws Error when the process does not start or the port is taken; nothing is left behind then. */
export async function startLiveWorker(
  createWorker: () => Promise<types.Worker>,
  options: LiveWorkerOptions,
): Promise<LiveWorker> {
  const worker = await createWorker();
  try {
    const listen = { ip: options.listenIp, port: options.port };
    const webRtcServer = await worker.createWebRtcServer({
      listenInfos: [
        { protocol: 'udp', ...listen, sendBufferSize: socketBufferBytes, recvBufferSize: socketBufferBytes },
        { protocol: 'tcp', ...listen },
      ],
    });
    return { index: options.index, worker, webRtcServer, rooms: 0, consumers: 0, transports: new Set() };
  } catch (error) {
    worker.close();
    throw error;
  }
}
