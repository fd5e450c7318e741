/** One run of ffmpeg or ffprobe: ended when it is no longer wanted, or has done nothing for too long. */
import { spawn } from 'node:child_process';
import { ComposeError } from './compose-error.js';

export interface ProgramRun {
  readonly program: 'ffmpeg' | 'ffprobe';
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** It is killed when nothing has been heard of it for so long. */
  readonly silenceMs: number;
  /** Each time when it has written to standard output. */
  readonly onOutput?: (text: string) => boolean;
}

export interface ProgramResult {
  readonly output: string;
  /** The last of what it wrote to standard error. */
  readonly errors: string;
}

const maxErrorText = 8_000;
const maxOutputText = 4_000_000;

/** @throws ComposeError with the tail of what it wrote; the signal's reason when that aborts. */
export async function runProgram({
  program,
  args,
  cwd,
  signal,
  silenceMs,
  onOutput,
}: ProgramRun): Promise<ProgramResult> {
  signal.throwIfAborted();
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  const stalled = new AbortController();
  const stall = (): void => {
    stalled.abort();
    child.kill('SIGKILL');
  };
  let deadline = setTimeout(stall, silenceMs);
  const heard = (): void => {
    clearTimeout(deadline);
    deadline = setTimeout(stall, silenceMs);
  };
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (onOutput === undefined) output = (output + text).slice(-maxOutputText);
    if (onOutput?.(text) !== false) heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-maxErrorText);
  });
  try {
    const [code, killedBy] = await ended(child);
    signal.throwIfAborted();
    if (stalled.signal.aborted)
      throw new ComposeError(
        'CompositionFailed',
        `${program} did nothing for ${String(silenceMs)} ms: ${tail(errors)}`,
      );
    if (code !== 0)
      throw new ComposeError('CompositionFailed', `${program} ended with ${String(code ?? killedBy)}: ${tail(errors)}`);
    return { output, errors };
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', abort);
  }
}

function ended(child: ReturnType<typeof spawn>): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ComposeError('CompositionFailed', error.message, error)));
    child.once('close', (code, signal) => resolve([code, signal]));
  });
}

function tail(errors: string): string {
  return errors.trim().split('\n').slice(-8).join(' | ').slice(-1_000);
}
