import { describe, expect, it } from 'vitest';
import { chaptersOf, maxChapters, renderChapters } from './chapters.js';
import { aManifest, joined, started } from './testing/manifests.js';

describe('chapters', () => {
  it('begin where somebody comes or shares, and cover everything', () => {
    const events = [
      joined(0, 'a', 'Ada'),
      joined(4_000, 'b', 'Bo'),
      joined(20_000, 'c', 'Cy'),
      started(40_000, 'a-screen'),
      started(41_000, 'a-camera'),
    ];
    expect(chaptersOf(aManifest({ events }))).toEqual([
      { startMs: 0, endMs: 20_000, title: 'Ada and Bo joined' },
      { startMs: 20_000, endMs: 40_000, title: 'Cy joined' },
      { startMs: 40_000, endMs: 60_000, title: 'Ada shared a screen' },
    ]);
  });

  it('have one for the beginning where nobody is there yet', () => {
    expect(chaptersOf(aManifest()).map(({ title }) => title)).toEqual(['Start']);
    const late = aManifest({ events: [joined(30_000, 'a', 'Ada')] });
    expect(chaptersOf(late).map(({ startMs, title }) => [startMs, title])).toEqual([
      [0, 'Start'],
      [30_000, 'Ada joined'],
    ]);
  });

  it('are not more than anybody would look through', () => {
    const events = Array.from({ length: 500 }, (_, index) => joined(index * 20_000, `p${index}`));
    const chapters = chaptersOf(aManifest({ events, endMs: 10_000_000 }));
    expect(chapters.length).toBeLessThanOrEqual(maxChapters);
    expect(chapters[0]?.title).toMatch(/^p0, p1 and \d+ others joined$/);
  });

  it('are written so that no name is taken for anything else', () => {
    const chapters = chaptersOf(aManifest({ events: [joined(0, 'a', 'a=b;c#\\\n[CHAPTER]')] }));
    expect(renderChapters(chapters, 'T=1')).toBe(
      ';FFMETADATA1\ntitle=T\\=1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=60000\ntitle=a\\=b\\;c\\#\\\\ [CHAPTER] joined\n',
    );
  });
});
