/** Writes what clients of signaling read: docs/reference/{openapi.json,websocket.md,errors.md}. The first argument is the folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { renderErrorReference } from './reference/error-reference.js';
import { renderOpenApi } from './reference/open-api.js';
import { renderWebSocketReference } from './reference/websocket-reference.js';

const folder = process.argv[2] ?? 'docs/reference';
const files: Readonly<Record<string, string>> = {
  'openapi.json': await renderOpenApi(),
  'websocket.md': renderWebSocketReference(),
  'errors.md': renderErrorReference(),
};
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name);
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
