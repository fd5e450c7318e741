/**
 * One GStreamer process, for one stream of a track: packets with their times go into its standard input, files of some seconds come out.
 * What it does not take is refused, never queued without bound; when it hangs or fails it is ended, and what it had written is kept.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Logger } from '@parley/process/log.js';
import { parseGstLine } from '../core/segments/gst-line.js';
import { pipelineArguments, rtpCaps } from '../core/segments/pipeline.js';
import type { Codec } from '../format/recording.js';
import type { TapStream } from '../tap/tap-port.js';
import { startOf } from './file-start.js';
import { gdpHeader, gdpStart } from './gdp.js';

export interface WrittenFile {
  readonly path: string;
  readonly startMs: number;
  readonly untilMs: number;
}

export interface SegmentProcessOptions {
  readonly codec: Codec;
  readonly stream: TapStream;
  /** Zero of the times in its files: multifilesink counts a file's shortest length from there. */
  readonly baseMs: number;
  /** Its own: made, and left to whoever takes the files. */
  readonly directory: string;
  readonly log: Logger;
  /** Each file, in order. */
  onFile(file: WrittenFile): void;
  onResized(size: { readonly width: number; readonly height: number }): void;
  /** After its last file. */
  onEnded(end: { readonly failed: boolean }): void;
}

export interface SegmentProcess {
  /** False: it takes nothing now, as it hangs or has ended. */
  write(packet: { readonly bytes: Uint8Array; readonly atMs: number }): boolean;
  /** Passes on what was collected; now and then. */
  flush(): void;
  /** What it has is the last. @param untilMs of what was written. */
  end(untilMs: number): void;
}

/** Of a hanging process: more is refused. Half a minute of one video. */
const maxQueuedBytes = 4 * 1024 * 1024;
const flushBytes = 32 * 1024;
const endMs = 5_000;
const program = 'gst-launch-1.0';

export function startSegmentProcess(options: SegmentProcessOptions): SegmentProcess {
  const { log } = options;
  let child: { readonly process: ChildProcess; readonly stdin: Writable; readonly stdout: Readable } | undefined;
  let collected: Uint8Array[] = [gdpStart(rtpCaps(options.codec, options.stream))];
  let collectedBytes = 0;
  let untilMs = 0;
  let ending = false;
  let ended = false;
  let overdue: NodeJS.Timeout | undefined;
  const told = new Set<string>();
  let telling: Promise<void> = Promise.resolve();

  const tell = async (path: string, fileUntilMs: number): Promise<void> => {
    const startMs = await startOf(path, options.baseMs);
    // Without a cluster it holds no media.
    if (startMs !== undefined && fileUntilMs > startMs) options.onFile({ path, startMs, untilMs: fileUntilMs });
  };

  const flush = (): void => {
    if (child === undefined || collected.length === 0) return;
    child.stdin.write(Buffer.concat(collected));
    collected = [];
    collectedBytes = 0;
  };

  const onLine = (text: string): void => {
    const line = parseGstLine(text);
    if (line?.kind === 'Resized') options.onResized(line);
    else if (line?.kind === 'Failed') log.warn({ detail: line.message }, 'segment process failed');
    // From here on the folder tells more: the end of the last file is not what the process says.
    else if (line?.kind === 'Closed' && !ending) {
      told.add(line.path);
      telling = telling.then(() => tell(line.path, options.baseMs + line.untilMs));
    }
  };

  /** Of those that the process did not tell of: each goes on until the next begins. */
  const tellRest = async (): Promise<void> => {
    const names = await readdir(options.directory).catch(() => []);
    const paths = names.map((name) => join(options.directory, name)).filter((path) => !told.has(path));
    let fileUntilMs = untilMs;
    const rest: [path: string, untilMs: number][] = [];
    for (const path of paths.toSorted().toReversed()) {
      rest.unshift([path, fileUntilMs]);
      fileUntilMs = (await startOf(path, options.baseMs)) ?? fileUntilMs;
    }
    for (const [path, end] of rest) await tell(path, end);
  };

  const finish = async (failed: boolean): Promise<void> => {
    if (ended) return;
    ended = true;
    clearTimeout(overdue);
    await telling;
    await tellRest();
    options.onEnded({ failed });
  };

  const start = async (): Promise<void> => {
    await mkdir(options.directory, { recursive: true });
    const args = pipelineArguments(options.codec, join(options.directory, '%05d.mkv'));
    const started = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    started.on('error', (error) => {
      log.error({ err: error }, 'segment process could not be started');
      void finish(true);
    });
    started.on('close', (code) => void finish(!ending || code !== 0));
    started.stdin.on('error', () => undefined);
    createInterface({ input: started.stdout }).on('line', onLine);
    child = { process: started, stdin: started.stdin, stdout: started.stdout };
    flush();
    if (ending) child.stdin.end();
  };

  start().catch((error: unknown) => {
    log.error({ err: error }, 'segment process could not be started');
    void finish(true);
  });

  return {
    write({ bytes, atMs }): boolean {
      const queued = collectedBytes + (child?.stdin.writableLength ?? 0);
      if (ending || ended || queued > maxQueuedBytes) return false;
      untilMs = atMs;
      collected.push(gdpHeader({ bytes, atMs: atMs - options.baseMs }), bytes);
      collectedBytes += bytes.length;
      if (collectedBytes >= flushBytes) flush();
      return true;
    },
    flush,
    end(lastMs): void {
      if (ending) return;
      ending = true;
      untilMs = lastMs;
      flush();
      child?.stdin.end();
      overdue = setTimeout(() => child?.process.kill('SIGKILL'), endMs);
    },
  };
}
