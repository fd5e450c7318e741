import { useEffect, useRef, type ReactElement } from 'react';

interface VideoProps {
  readonly track: MediaStreamTrack;
  /** Own pictures are shown as in a mirror. */
  readonly mirrored: boolean;
  readonly label: string;
}

/** Silent: voices are played apart from pictures. */
export function Video({ track, mirrored, label }: VideoProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={video}
      className={mirrored ? 'video mirrored' : 'video'}
      aria-label={label}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
    />
  );
}
