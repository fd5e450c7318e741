import type { ReactElement } from 'react';
import type { LocalMedia } from '../local-media/local-media.js';
import { toggleCamera, toggleMicrophone } from '../local-media/toggle.js';
import { useLocalMediaState } from '../local-media/use-local-media.js';
import { MediaToggle } from './media-toggle.js';

/** For what one sends, before and during a call. */
export function MediaToggles({ media }: { readonly media: LocalMedia }): ReactElement {
  const { microphone, camera, muted } = useLocalMediaState(media);
  return (
    <>
      <MediaToggle device="microphone" source={microphone} on={!muted} onToggle={() => toggleMicrophone(media)} />
      <MediaToggle device="camera" source={camera} on={camera.kind !== 'Off'} onToggle={() => toggleCamera(media)} />
    </>
  );
}
