/** Chromium's insertable streams, which TypeScript's DOM does not have. */
interface MediaStreamTrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}
declare const MediaStreamTrackProcessor: new (init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => MediaStreamTrackProcessor;

interface MediaStreamTrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
declare const MediaStreamTrackGenerator: new (init: { readonly kind: 'video' }) => MediaStreamTrackGenerator;
