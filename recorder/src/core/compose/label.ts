/** People's names as they stand in the picture. */

/** One line, without what can't be seen or changes the direction of what follows. */
export function cleanName(name: string): string {
  return name
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** At most two letters: of the first word and the last. */
export function initialsOf(name: string): string {
  const words = cleanName(name)
    .split(' ')
    .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
    .filter((word) => word !== '');
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word) => lettersOf(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase();
}

/** What has room in so many pixels, with an ellipsis where it was longer; letters are taken as 0.62 of their height wide. */
export function fitted(text: string, widthPx: number, fontPx: number): string {
  const room = Math.max(1, Math.floor(widthPx / (fontPx * 0.62)));
  const letters = lettersOf(text);
  return letters.length <= room ? text : `${letters.slice(0, room - 1).join('')}…`;
}

/** As people see them: one of several code points is one. */
function lettersOf(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}
