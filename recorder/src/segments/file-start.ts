import { open } from 'node:fs/promises';
import { matroskaStartMs } from '../core/segments/matroska-start.js';

const headBytes = 4_096;

/** On the recording's clock. Undefined: the file is not there, or holds no media. */
export async function startOf(path: string): Promise<number | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const head = await file?.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return head === undefined ? undefined : matroskaStartMs(head.buffer.subarray(0, head.bytesRead));
  } finally {
    await file?.close();
  }
}
