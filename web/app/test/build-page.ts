import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';

/** As it is shipped; tests run with another NODE_ENV, which would give them React's slow development build. */
async function buildShipped(config: InlineConfig): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ ...config, logLevel: 'error' });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}

const configFile = join(import.meta.dirname, '../vite.config.ts');

/** Into a folder of its own, which is the caller's to remove. */
export async function buildPage(): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const outDir = await mkdtemp(join(tmpdir(), 'parley-page-'));
  await buildShipped({ root, configFile, build: { outDir, emptyOutDir: true, sourcemap: false } });
  return outDir;
}

/** Under /sdk/ beside the page that was built into `pageDir` before. */
export function buildSdkPage(pageDir: string): Promise<void> {
  const root = join(import.meta.dirname, 'sdk-page');
  const outDir = join(pageDir, 'sdk');
  return buildShipped({ root, configFile, base: '/sdk/', build: { outDir, emptyOutDir: true, sourcemap: false } });
}
