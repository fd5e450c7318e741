/** What this browser remembers between meetings. A browser that forbids storage just forgets. */
const nameKey = 'parley.name';

export function rememberedName(): string {
  try {
    return localStorage.getItem(nameKey) ?? '';
  } catch {
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(nameKey, name);
  } catch {
    // Forbidden: the name is asked for again next time.
  }
}
