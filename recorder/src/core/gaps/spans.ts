/** Times from one moment up to, and without, another. Lists are ascending and don't overlap, unless said otherwise. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

export function lengthOf({ fromMs, untilMs }: Span): number {
  return untilMs - fromMs;
}

/** Of spans in any order, which may overlap. */
export function union(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (last !== undefined && span.fromMs <= last.untilMs)
      result[result.length - 1] = { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, span.untilMs) };
    else if (lengthOf(span) > 0) result.push(span);
  }
  return result;
}

/** What of the first is in none of the second. */
export function minus(spans: readonly Span[], taken: readonly Span[]): Span[] {
  return spans.flatMap((span) => {
    const rest: Span[] = [];
    let { fromMs } = span;
    for (const other of taken) {
      if (other.untilMs <= fromMs || other.fromMs >= span.untilMs) continue;
      if (other.fromMs > fromMs) rest.push({ fromMs, untilMs: other.fromMs });
      fromMs = Math.max(fromMs, other.untilMs);
    }
    return fromMs < span.untilMs ? [...rest, { fromMs, untilMs: span.untilMs }] : rest;
  });
}

/** What of the first is in the second. */
export function within(spans: readonly Span[], bounds: Span): Span[] {
  return spans.flatMap((span) => {
    const fromMs = Math.max(span.fromMs, bounds.fromMs);
    const untilMs = Math.min(span.untilMs, bounds.untilMs);
    return fromMs < untilMs ? [{ fromMs, untilMs }] : [];
  });
}
