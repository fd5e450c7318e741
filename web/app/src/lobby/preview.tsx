import type { ReactElement } from 'react';
import { describeFailure } from '../local-media/capture-failure.js';
import type { LocalMedia, LocalSource } from '../local-media/local-media.js';
import { useLocalMediaState } from '../local-media/use-local-media.js';
import { MediaToggles } from '../ui/media-toggles.js';
import { Video } from '../ui/video.js';
import { LevelMeter } from './level-meter.js';

function PreviewPicture({ camera }: { readonly camera: LocalSource }): ReactElement {
  switch (camera.kind) {
    case 'On':
      return <Video track={camera.track} mirrored label="Preview of your camera" />;
    case 'Starting':
      return <p className="preview-note">Starting your camera…</p>;
    case 'Off':
      return <p className="preview-note">Your camera is off</p>;
    case 'Failed':
      return <p className="preview-note">{describeFailure('camera', camera.failure)}</p>;
  }
}

/** What others will see and hear, before they do. */
export function Preview({ media }: { readonly media: LocalMedia }): ReactElement {
  const { microphone, camera, muted } = useLocalMediaState(media);
  const live = microphone.kind === 'On' && !muted ? microphone.track : undefined;
  const failed = microphone.kind === 'Failed' || camera.kind === 'Failed';
  return (
    <section className="preview" aria-label="Preview">
      <div className="preview-picture">
        <PreviewPicture camera={camera} />
        <div className="preview-controls">
          <MediaToggles media={media} />
        </div>
      </div>
      <LevelMeter track={live} />
      {microphone.kind === 'Failed' && (
        <p className="notice" role="status">
          {describeFailure('microphone', microphone.failure)}
        </p>
      )}
      {failed && (
        <button type="button" className="button" onClick={() => void media.start()}>
          Try again
        </button>
      )}
    </section>
  );
}
