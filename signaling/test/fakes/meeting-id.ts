const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Another one each time. */
export function aMeetingId(): string {
  const word = (length: number): string =>
    Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)] ?? 'a').join('');
  return `${word(3)}-${word(4)}-${word(3)}`;
}
