/**
 * One track out of two copies of it, which come by different nodes, at different times. The copy that is left goes on until it has come to
 * where the new one began; packets of the new one wait for that. So nothing is missing, and of a microphone nothing comes twice. A video's
 * new copy begins with a key frame, which is needed even where that frame was there already.
 */

export interface Splice {
  readonly kind: 'audio' | 'video';
  /** RTP timestamp of the newest packet that went on. */
  readonly newest: number;
  /** Where the new copy begins, once that is known. */
  readonly from: number | undefined;
}

/** `Switch`: from now on the new copy alone, with what of it was held; the packet is of the new one, or dropped. */
export type SpliceVerdict = 'Forward' | 'Hold' | 'Drop' | 'Switch';

export function takeOfOld(splice: Splice, timestamp: number): SpliceVerdict {
  return splice.from === undefined || isAhead(splice.from, timestamp) ? 'Forward' : 'Switch';
}

export function takeOfNew(splice: Splice, timestamp: number): SpliceVerdict {
  if (isAhead(timestamp, splice.newest)) return 'Hold';
  return splice.kind === 'audio' ? 'Drop' : 'Switch';
}

/** RTP timestamps come round again after 2^32. */
export function isAhead(a: number, b: number): boolean {
  const difference = (a - b) >>> 0;
  return difference !== 0 && difference < 2 ** 31;
}
