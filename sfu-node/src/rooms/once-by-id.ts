/** Two calls that make the same thing at the same time make it once: ids come from the caller, and calls are repeated. */
export interface OnceById<T> {
  run(id: string, make: () => Promise<T>): Promise<T>;
  readonly size: number;
}

export function createOnceById<T>(): OnceById<T> {
  const making = new Map<string, Promise<T>>();
  return {
    run(id, make): Promise<T> {
      const already = making.get(id);
      if (already !== undefined) return already;
      const made = make().finally(() => making.delete(id));
      making.set(id, made);
      return made;
    },
    get size(): number {
      return making.size;
    },
  };
}
