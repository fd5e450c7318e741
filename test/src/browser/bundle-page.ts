import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Bundles one script of test/page, with the packages' sources, for a page to run. Takes about a second. */
export async function bundlePage(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['parley-source', 'browser', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL(`../../page/${entry}`, import.meta.url)),
        formats: ['iife'],
        name: 'parleyPage',
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!('output' in output)) continue;
    for (const file of output.output) if (file.type === 'chunk' && file.isEntry) return file.code;
  }
  throw new Error(`${entry}: vite gave no script`);
}
