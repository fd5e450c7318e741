const lookEveryMs = 50;

/**
 * Watches what the page's own media elements play, in elements that are labelled with a text (a participant's tile):
 * `label/video` and `label/audio`. Looks again from time to time, for pages change what an element plays.
 */
export function watchElements(label: string, watch: (key: string, track: MediaStreamTrack) => void): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLMediaElement>('video, audio')) {
      const labelled = element.closest(`[aria-label*="${CSS.escape(label)}"]`);
      if (labelled === null || !(element.srcObject instanceof MediaStream)) continue;
      for (const track of element.srcObject.getTracks()) watch(`${label}/${track.kind}`, track);
    }
  }, lookEveryMs);
}
