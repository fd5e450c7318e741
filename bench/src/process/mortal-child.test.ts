import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';

const module = new URL('./mortal-child.ts', import.meta.url).href;
/** Starts a sleeper, tells its id, and stays. */
const parent = `
  import { spawnMortal } from ${JSON.stringify(module)};
  console.log(spawnMortal('sleep', ['60'], { stdio: 'ignore' }).pid);
  setInterval(() => undefined, 1_000);
`;

it('ends a child whose parent was killed', async () => {
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<string>((resolve) => createInterface(killed.stdout).once('line', resolve));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  killed.kill('SIGKILL');
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 5_000);
});
