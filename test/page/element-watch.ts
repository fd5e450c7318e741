const lookEveryMs = 50;

/**
 * Watches what the page's own media elements play: `label/video` of what has that label, and `voices` of whatever sounds.
 * Looks again from time to time, for pages change what an element plays.
 */
export function watchElements(label: string, watch: (key: string, track: MediaStreamTrack) => void): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLMediaElement>('video, audio')) {
      if (!(element.srcObject instanceof MediaStream)) continue;
      const labelled = element.closest(`[aria-label="${CSS.escape(label)}"]`) !== null;
      for (const track of element.srcObject.getTracks()) {
        if (labelled) watch(`${label}/${track.kind}`, track);
        else if (element instanceof HTMLAudioElement) watch('voices', track);
      }
    }
  }, lookEveryMs);
}
