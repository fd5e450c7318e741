/** Lines that `gst-launch-1.0 -m -v` writes, as far as they say something of segments. */
export type GstLine =
  /** A file is whole; `untilMs` is the time of what comes next. */
  | { readonly kind: 'Closed'; readonly path: string; readonly untilMs: number }
  | { readonly kind: 'Resized'; readonly width: number; readonly height: number }
  | { readonly kind: 'Failed'; readonly message: string };

export function parseGstLine(line: string): GstLine | undefined {
  if (line.includes('GstMultiFileSink, filename=')) {
    const path = /filename=\(string\)"?([^",;]+)/.exec(line)?.[1];
    const timestamp = /[^-]timestamp=\(guint64\)(\d+)/.exec(line)?.[1];
    if (path === undefined || timestamp === undefined) return undefined;
    return { kind: 'Closed', path, untilMs: Math.round(Number(timestamp) / 1e6) };
  }
  if (line.includes('GstMatroskamuxPad:video_0: caps =')) {
    const width = /width=\(int\)(\d+)/.exec(line)?.[1];
    const height = /height=\(int\)(\d+)/.exec(line)?.[1];
    return width === undefined || height === undefined
      ? undefined
      : { kind: 'Resized', width: Number(width), height: Number(height) };
  }
  if (line.startsWith('ERROR')) return { kind: 'Failed', message: line.slice(0, 300) };
  return undefined;
}
