/** Whether two values say the same as JSON: keys in any order, and those that are undefined as if they weren't there. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  let entries = 0;
  for (const [key, value] of Object.entries(a)) {
    if (value === undefined) continue;
    entries += 1;
    if (!isSameJson(value, b[key])) return false;
  }
  for (const value of Object.values(b)) if (value !== undefined) entries -= 1;
  return entries === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
