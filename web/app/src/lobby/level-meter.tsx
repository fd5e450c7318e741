import { useEffect, useRef, type ReactElement } from 'react';
import { watchAudioLevel } from '../local-media/audio-level.js';

interface LevelMeterProps {
  /** Undefined: nothing to hear. */
  readonly track: MediaStreamTrack | undefined;
}

/** Moves without rendering: the level is a custom property of the element. */
export function LevelMeter({ track }: LevelMeterProps): ReactElement {
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = meter.current;
    if (element === null || track === undefined) return;
    const stop = watchAudioLevel(track, (level) => {
      element.style.setProperty('--level', level.toFixed(3));
      element.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    });
    return () => {
      stop();
      element.style.removeProperty('--level');
      element.setAttribute('aria-valuenow', '0');
    };
  }, [track]);
  return (
    <div
      ref={meter}
      className="level-meter"
      role="meter"
      aria-label="Microphone level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <div className="level-meter-fill" />
    </div>
  );
}
