/**
 * Imported first by every main: until a process says what to do at SIGTERM, it ends at once. As the first process of a container it
 * would otherwise ignore the signal, and its pod would hang for all of its grace period.
 */
const exit = (): never => process.exit(0);
process.on('SIGTERM', exit);

export function endEarlyTermination(): void {
  process.removeListener('SIGTERM', exit);
}
