/** The peers that hold, kept beside coturn: an agent that starts again knows them before the operator tells (law 1). */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

export interface Peers {
  /** As the operator named them; empty: none were set. */
  readonly version: string;
  readonly addresses: readonly string[];
}

const content: z.ZodType<Peers> = z.object({ version: z.string(), addresses: z.array(z.string()) });

export const NO_PEERS: Peers = { version: '', addresses: [] };

export async function readPeers(path: string): Promise<Peers> {
  try {
    return content.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return NO_PEERS;
  }
}

export async function writePeers(path: string, peers: Peers): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(peers));
  await rename(`${path}.new`, path);
}
