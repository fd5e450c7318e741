/** Processes that end with the one that started them, however that ends: a benchmark that crashed leaves nothing behind that takes CPU. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** As `spawn` does; the kernel kills the child when this process is gone. */
export function spawnMortal(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], options);
}
