/** NothingRecorded: no track has any media. CompositionFailed: ffmpeg or ffprobe failed or stood still. CheckFailed: the result is not what it must be. */
export type ComposeErrorReason = 'NothingRecorded' | 'CompositionFailed' | 'CheckFailed';

export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  readonly reason: ComposeErrorReason;

  constructor(reason: ComposeErrorReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
