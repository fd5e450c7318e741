import { KubeError, type KubeErrorClass } from './kube-error.js';

/** How a reconcile's error is taken: KubeErrors by their code, all others will likely pass. */
export function errorClassOf(error: unknown): KubeErrorClass {
  return error instanceof KubeError ? error.class : 'Retry';
}

/** A defect rather than a failure: what Go would call a panic. */
export function isDefect(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError
  );
}
