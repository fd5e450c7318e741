import type { ReactElement } from 'react';

/** Drawn for this page on a 24-unit grid, in strokes. */
const paths = {
  microphone: 'M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3.5',
  'microphone-off':
    'M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.7-1.3M5.5 11.5A6.5 6.5 0 0 0 16.6 16M18.5 11.5a6.4 6.4 0 0 1-.4 2.2M12 18v3.5M3.5 3.5l17 17',
  camera: 'M4 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H4a1.5 1.5 0 0 1-1.5-1.5V8A1.5 1.5 0 0 1 4 6.5zM15 11l6-3.5v9L15 13',
  'camera-off':
    'M10 6.5h3a2 2 0 0 1 2 2v2.5l6-3.5v9l-2.5-1.4M15 15.5a2 2 0 0 1-2 2H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5M3.5 3.5l17 17',
  leave:
    'M3 14.5c-.6-1.5-.6-2.6.2-3.4C5.300 9 8.500 8 12 8s6.700 1 8.800 3.100c.8.800.8 1.900.2 3.400l-.4.9c-.2.500-.8.800-1.300.600L16 14.800a1.200 1.200 0 0 1-.8-1.100V12a12 12 0 0 0-6.400 0v1.700c0 .500-.300.900-.8 1.100l-3.300 1.200c-.500.200-1.100-.1-1.300-.600z',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  help: 'M9 9.200a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.100-1.500 2.200M12 17.200v.3M12 2.800a9.200 9.200 0 1 1 0 18.400 9.200 9.200 0 0 1 0-18.400z',
  recording: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 9.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z',
  stop: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM9.500 9.500h5v5h-5z',
  recordings: 'M4 6h16v12H4zM10 9.500v5l4.500-2.500z',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
