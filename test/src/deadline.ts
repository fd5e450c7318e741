/** Waits for what must come true, by looking again and again; says what was seen last when it did not. */
export interface Wait {
  readonly deadlineMs: number;
  readonly everyMs?: number;
}

/**
 * @param look resolves with the outcome, or with undefined while it is not there yet; what it throws counts as not yet.
 * @param what of the world is waited for, in words.
 */
export async function waitFor<T>(
  what: string,
  wait: Wait,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const endMs = Date.now() + wait.deadlineMs;
  for (;;) {
    let why: unknown;
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      why = error;
    }
    if (Date.now() > endMs) throw new Error(`waited ${wait.deadlineMs / 1000} s in vain for: ${what}`, { cause: why });
    await pause(wait.everyMs ?? 100);
  }
}

/** Like waitFor, for a value that is compared: the failure shows the last one. */
export async function waitUntil<T>(
  what: string,
  wait: Wait,
  look: () => Promise<T> | T,
  holds: (value: T) => boolean,
): Promise<T> {
  let last: { readonly value: T } | undefined;
  try {
    return await waitFor(what, wait, async () => {
      last = { value: await look() };
      return holds(last.value) ? last : undefined;
    }).then(({ value }) => value);
  } catch (error) {
    if (last === undefined) throw error;
    throw new Error(`${(error as Error).message}\nlast seen: ${JSON.stringify(last.value, undefined, 1)}`, {
      cause: (error as Error).cause,
    });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
