/** A recorder that an operator can dial: the program, its gRPC server and its telemetry. */
import { randomUUID } from 'node:crypto';
import type { Closeable } from '@parley/process/shutdown.js';
import type { Logger } from '@parley/process/log.js';
import { startTelemetryServer } from '@parley/process/telemetry-server.js';
import { RecorderService } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import { Registry } from 'prom-client';
import type { RecorderConfig } from '../config.js';
import type { ReportInit } from '../core/report/build-report.js';
import { createRecorderService } from '../rpc/recorder-service.js';
import { openStore } from '../store/open-store.js';
import { startTap } from '../tap/tap.js';
import { createComposer } from './composer.js';
import { startRecorder } from './recorder.js';

export interface ServedRecorder extends Closeable {
  /** Of its gRPC server. */
  readonly port: number;
  /** Settles with the last report, when the operator had time to be told. Rejects when the process is to be started again. */
  readonly done: Promise<ReportInit>;
  close(): Promise<void>;
}

/** Until an operator that listens has heard of the end. */
const lastWordMs = 1_500;
const serverGraceMs = 500;

export async function serveRecorder(
  config: RecorderConfig,
  { credentials, log }: { readonly credentials: RpcCredentials; readonly log: Logger },
): Promise<ServedRecorder> {
  const registry = new Registry();
  const store = openStore(config.recording);
  const { name, recording: settings, workDir, podIp, relayPorts } = config;
  const { layout, outputs } = settings;
  const recorder = startRecorder({
    ...{ name, instanceId: randomUUID(), settings, workDir, store, registry, log },
    startTap: (listener) =>
      startTap({
        ...{ meetingId: settings.meetingId, recorder: name, podIp, relayPorts, credentials, listener, registry, log },
        layers: outputs.includes('Tracks') || layout === 'ActiveSpeaker' ? 'Best' : 'AsShown',
      }),
    ...createComposer(config, store),
  });
  const server = await startRpcServer({
    address: config.grpcAddress,
    credentials,
    services: [
      rpcService({ service: RecorderService, handlers: createRecorderService(recorder), allow: ['operator'] }),
    ],
  });
  const telemetry = await startTelemetryServer({
    port: config.telemetryPort,
    registry,
    notReadyBecause: () => undefined,
  });
  return {
    port: server.port,
    done: recorder.done.then(async (report) => {
      await new Promise((resolve) => setTimeout(resolve, lastWordMs));
      return report;
    }),
    async close(): Promise<void> {
      await recorder.close();
      await server.close(serverGraceMs);
      await telemetry.close();
      store.close();
    },
  };
}
