/** Why a microphone or camera cannot be used, from what getUserMedia throws (W3C Media Capture and Streams, section 10). */
export type CaptureFailure = 'Denied' | 'Missing' | 'Busy' | 'Lost' | 'Unsupported';

const failures: Readonly<Record<string, CaptureFailure>> = {
  NotAllowedError: 'Denied',
  SecurityError: 'Denied',
  NotFoundError: 'Missing',
  OverconstrainedError: 'Missing',
  NotReadableError: 'Busy',
  AbortError: 'Busy',
};

export function failureOf(error: unknown): CaptureFailure {
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
  return failures[name] ?? 'Unsupported';
}

type Device = 'microphone' | 'camera';

/** What to tell the user, and what to do about it. */
export function describeFailure(device: Device, failure: CaptureFailure): string {
  const texts: Record<CaptureFailure, string> = {
    Denied: `This page may not use your ${device}. Allow it in the address bar, then try again.`,
    Missing: `No ${device} was found. Connect one, then try again.`,
    Busy: `Your ${device} is in use by another program. Close that program, then try again.`,
    Lost: `Your ${device} was disconnected. Choose another one, or connect it and try again.`,
    Unsupported: `This page cannot use a ${device}: it has to be opened by HTTPS in a current browser.`,
  };
  return texts[failure];
}
