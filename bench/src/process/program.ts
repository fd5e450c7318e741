/** One of Parley's processes, started as in a pod: from what was built, configured by its environment. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pause, waitFor } from '@parley/e2e/deadline.js';
import { childrenOf } from './cpu-time.js';
import { freePort } from './free-port.js';
import { nodeFlagsOf } from './image-command.js';
import { spawnMortal } from './mortal-child.js';

export type ProgramName = 'operator' | 'sfu-node' | 'signaling';

export interface Program {
  readonly pid: number;
  /** Memory in use (RSS), with its workers', after garbage was collected. */
  memoryMiB(): Promise<number>;
  /** Stops it and its workers in their tracks. */
  hang(): void;
  /** Ends it and its workers at once, hung or not; resolves when it is gone. */
  kill(): Promise<void>;
  /** The most memory (RSS) that the process itself has had so far. */
  peakMemoryMiB(): number;
  /** What it measures of itself, as Prometheus would read it. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

const readyDeadlineMs = 60_000;
const settleMs = 500;
const collectOnSignal = 'data:text/javascript,process.on("SIGUSR2",()=>globalThis.gc())';

/** Resolves when the process says that it is ready. BENCH_PROFILE_DIR in the environment: where its CPU profile is written when it ends. */
export async function startProgram(name: ProgramName, environment: Readonly<Record<string, string>>): Promise<Program> {
  const main = fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));
  const telemetryPort = String(await freePort('127.0.0.1'));
  const profileDir = process.env['BENCH_PROFILE_DIR'];
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}/${name}`];
  const child = spawnMortal(
    process.execPath,
    [...nodeFlagsOf(name), ...profiling, '--expose-gc', '--import', collectOnSignal, main],
    {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, LOG_LEVEL: 'error', TELEMETRY_PORT: telemetryPort, ...environment },
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  try {
    await waitFor(`${name} to be ready`, { deadlineMs: readyDeadlineMs }, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      const { ok } = await fetch(`http://127.0.0.1:${telemetryPort}/readyz`);
      return ok ? true : undefined;
    });
  } catch (error) {
    await end(child);
    throw error;
  }
  const signalAll = (signal: 'SIGSTOP' | 'SIGKILL'): void => {
    const workers = childrenOf(pid);
    child.kill(signal);
    for (const worker of workers) process.kill(worker, signal);
  };
  return {
    pid,
    hang: () => signalAll('SIGSTOP'),
    kill: async () => {
      if (hasEnded(child)) return;
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      signalAll('SIGKILL');
      await exited;
    },
    memoryMiB: async () => {
      await pause(settleMs);
      child.kill('SIGUSR2');
      await pause(settleMs);
      return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + statusMiB(each, 'VmRSS'), 0);
    },
    peakMemoryMiB: () => statusMiB(pid, 'VmHWM'),
    metrics: async () => (await fetch(`http://127.0.0.1:${telemetryPort}/metrics`)).text(),
    close: () => end(child),
  };
}

export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function statusMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return Number(kibibytes ?? 0) / 1_024;
}
