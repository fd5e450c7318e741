/** Nothing is anybody's recording before it was decoded from its first packet to its last. */
import { faultsOf, type Expected } from '../core/compose/check.js';
import { ComposeError } from './compose-error.js';
import type { Workshop } from './workshop.js';

/** @returns how long it is, in milliseconds. @throws ComposeError CheckFailed */
export async function checkResult(
  { ffmpeg, folder, signal, threads }: Workshop,
  path: string,
  expected: Expected,
  onDone: (share: number) => void,
): Promise<number> {
  const probe = await ffmpeg.probe(path, signal);
  const faults = faultsOf(probe, expected);
  if (faults.length > 0) throw new ComposeError('CheckFailed', `the result is not sound: ${faults.join('; ')}`);
  const maps = ['-map', '0:a', ...(expected.video ? ['-map', '0:v'] : [])];
  const args = ['-xerror', '-threads', String(threads), '-i', path, ...maps, '-f', 'null', '-'];
  const onProgress = (ms: number): void => onDone(Math.min(1, ms / Math.max(1, expected.durationMs)));
  const errors = await ffmpeg.run(args, { cwd: folder, signal, onProgress }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new ComposeError('CheckFailed', `the result does not decode: ${String(error)}`, error);
  });
  if (errors !== '') throw new ComposeError('CheckFailed', `the result does not decode: ${errors.slice(0, 500)}`);
  return probe.durationMs;
}
