import { join } from 'node:path';
import { build } from 'vite';

/** Builds the page as it is shipped; tests run with another NODE_ENV, which would give them React's slow development build. */
export async function buildPage(outDir: string): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const root = join(import.meta.dirname, '..');
    await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true, sourcemap: false } });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}
