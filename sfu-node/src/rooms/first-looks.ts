/**
 * After a node was lost, everybody sends anew and looks at everybody else within some ten milliseconds. A browser makes one key frame
 * in 300 ms: whoever asked just after the first would wait for the next one. So the first to look at what is newly sent wait a moment
 * for each other, and one key frame serves them all.
 */

/** Those who are there look within this, or come later. */
const newForMs = 1_500;
/** About as long as one of them may be behind another. */
const gatherMs = 60;

export class FirstLooks {
  readonly #new = new Map<string, Promise<void> | undefined>();

  /** From now on it is sent here. */
  begun(producerId: string): void {
    this.#new.set(producerId, undefined);
    setTimeout(() => this.#new.delete(producerId), newForMs).unref();
  }

  /** Before one who looks at it is sent anything: resolves for all of the first at once, and for anybody else right away. */
  async together(producerId: string): Promise<void> {
    if (!this.#new.has(producerId)) return;
    const gathering =
      this.#new.get(producerId) ??
      new Promise<void>((resolve) => {
        setTimeout(() => {
          this.#new.delete(producerId);
          resolve();
        }, gatherMs).unref();
      });
    this.#new.set(producerId, gathering);
    await gathering;
  }
}
