import type { Quality } from '@parley/sdk/core/quality/score-quality.js';
import type { ReactElement } from 'react';

const bars = { poor: 1, fair: 2, good: 3 } as const;

/** Three bars; nothing while there is nothing to judge by. The words are there for those who don't see bars or colours. */
export function QualityIndicator({ quality }: { readonly quality: Quality }): ReactElement | null {
  if (quality === 'unknown') return null;
  const label = `Connection: ${quality}`;
  return (
    <svg className={`quality ${quality}`} viewBox="0 0 16 12" role="img" aria-label={label}>
      <title>{label}</title>
      {[1, 2, 3].map((bar) => (
        <rect
          key={bar}
          className={bar <= bars[quality] ? 'filled' : 'empty'}
          x={(bar - 1) * 6}
          y={12 - bar * 4}
          width="4"
          height={bar * 4}
          rx="1"
        />
      ))}
    </svg>
  );
}
