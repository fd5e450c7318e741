/** Chromium's insertable streams, which TypeScript's DOM does not have. */
interface MediaStreamTrackProcessor<T extends VideoFrame | AudioData> {
  readonly readable: ReadableStream<T>;
}
declare const MediaStreamTrackProcessor: new <T extends VideoFrame | AudioData>(init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => MediaStreamTrackProcessor<T>;

interface MediaStreamTrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
declare const MediaStreamTrackGenerator: new (init: { readonly kind: 'video' }) => MediaStreamTrackGenerator;
