import type { ReactElement } from 'react';
import type { LocalSource } from '../local-media/local-media.js';
import { Icon } from './icon.js';

interface MediaToggleProps {
  readonly device: 'microphone' | 'camera';
  readonly source: LocalSource;
  readonly on: boolean;
  readonly onToggle: () => void;
}

const words = {
  microphone: { on: 'Mute', off: 'Unmute', noun: 'Microphone', key: 'M' },
  camera: { on: 'Camera off', off: 'Camera on', noun: 'Camera', key: 'V' },
} as const;

/** A button whose caption says what it will do. */
export function MediaToggle({ device, source, on, onToggle }: MediaToggleProps): ReactElement {
  const failed = source.kind === 'Failed';
  const { noun, key, ...captions } = words[device];
  const caption = failed ? `No ${device}` : on ? captions.on : captions.off;
  return (
    <button
      type="button"
      className={on && !failed ? 'control' : 'control off'}
      disabled={failed}
      aria-keyshortcuts={key}
      title={failed ? `${noun} not available` : `${caption} (${key})`}
      onClick={onToggle}
    >
      <Icon name={on && !failed ? device : `${device}-off`} />
      <span className="control-caption">{caption}</span>
    </button>
  );
}
