/** As much of SVG as the plots need. */

export interface Picture {
  readonly title: string;
  /** In words, for who can't see it. */
  readonly description: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly body: readonly string[];
}

/** Okabe and Ito's, told apart by the colour-blind, too. */
export const COLOURS: readonly string[] = ['#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];

export function svg({ title, description, widthPx, heightPx, body }: Picture): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="12">`,
    `<title id="title">${escapeText(title)}</title>`,
    `<desc id="desc">${escapeText(description)}</desc>`,
    `<rect width="${widthPx}" height="${heightPx}" fill="#fff"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

export type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${short(value)}"`);
  const open = `<${name}${written.join('')}`;
  return content === undefined ? `${open}/>` : `${open}>${escapeText(content)}</${name}>`;
}

export function short(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(1))) : value;
}

/** For axes: 1,200 or 0.05. */
export function readable(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** A round number not below it, for the end of an axis. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 4, 5, 10].find((step) => step * unit >= value) ?? 10) * unit;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
