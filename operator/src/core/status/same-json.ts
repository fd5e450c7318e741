/** Whether two values say the same as JSON: keys in any order, and those that are undefined as if they weren't there. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [inA, inB] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...inA.keys(), ...inB.keys()])].every((key) => isSameJson(inA.get(key), inB.get(key)));
}
