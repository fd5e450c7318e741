import { open } from 'node:fs/promises';
import { matroskaStartMs } from '../core/segments/matroska-start.js';

const headBytes = 4_096;

/** On the recording's clock. @param baseMs zero of the file's times. Undefined: the file is not there, or holds no media. */
export async function startOf(path: string, baseMs: number): Promise<number | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const head = await file?.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const startMs = head === undefined ? undefined : matroskaStartMs(head.buffer.subarray(0, head.bytesRead));
    return startMs === undefined ? undefined : baseMs + startMs;
  } finally {
    await file?.close();
  }
}
