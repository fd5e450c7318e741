/**
 * Every error that a client can get, in one closed table: REST answers it as problem+json, a WebSocket request as a failed
 * response, and a WebSocket close carries `closeCode` with the error's name as its reason.
 */
export interface ErrorEntry {
  /** Status of the REST answer; absent for errors that REST never gives. */
  readonly httpStatus?: number;
  /** Close code of the WebSocket, for errors that end it. */
  readonly closeCode?: number;
  readonly title: string;
  /** What the client, or the person before it, should do next. */
  readonly advice: string;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
}

export const errorTable = {
  InvalidRequest: {
    httpStatus: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields that the detail names.',
    retryable: false,
  },
  NotFound: {
    httpStatus: 404,
    title: 'There is nothing at this address',
    advice: 'Check the method and the path against /v1/openapi.json.',
    retryable: false,
  },
  PayloadTooLarge: {
    httpStatus: 413,
    closeCode: 1009,
    title: 'The request or message is too large',
    advice: 'Send less at once: the limits are in the reference.',
    retryable: false,
  },
  UnsupportedMediaType: {
    httpStatus: 415,
    title: 'The body is not JSON',
    advice: 'Send the body as application/json.',
    retryable: false,
  },
  RateLimited: {
    httpStatus: 429,
    title: 'Too many requests from this address',
    advice: 'Wait for as long as Retry-After says, then try again.',
    retryable: true,
  },
  MeetingNotFound: {
    httpStatus: 404,
    closeCode: 4404,
    title: 'There is no such meeting',
    advice: 'Check the meeting id or the link.',
    retryable: false,
  },
  MeetingEnded: {
    httpStatus: 410,
    closeCode: 4410,
    title: 'The meeting has ended',
    advice: 'Ask the host for a new meeting.',
    retryable: false,
  },
  MeetingFull: {
    httpStatus: 409,
    closeCode: 4409,
    title: 'The meeting is full',
    advice: 'Wait until somebody leaves, then join again.',
    retryable: true,
  },
  PasscodeRequired: {
    httpStatus: 401,
    title: 'The meeting has a passcode',
    advice: 'Send the passcode with the request.',
    retryable: false,
  },
  PasscodeWrong: {
    httpStatus: 403,
    title: 'The passcode is wrong',
    advice: 'Check the passcode and try again.',
    retryable: false,
  },
  TooManyAttempts: {
    httpStatus: 429,
    title: 'Too many wrong passcodes',
    advice: 'Wait for as long as Retry-After says, then try again.',
    retryable: true,
  },
  NotHost: {
    httpStatus: 403,
    title: 'Only a host of the meeting may do this',
    advice: 'Join with the hosts’ passcode.',
    retryable: false,
  },
  RecordingOff: {
    httpStatus: 409,
    title: 'The meeting is not set up to be recorded',
    advice: 'Whoever made the meeting sets spec.recording of it.',
    retryable: false,
  },
  RecordingNotFound: {
    httpStatus: 404,
    title: 'The meeting has no such recording, or the recording no such output',
    advice: 'List the meeting’s recordings anew.',
    retryable: false,
  },
  RecordingNotDownloadable: {
    httpStatus: 409,
    title: 'There can be no link to this recording',
    advice: 'See the detail for where it is.',
    retryable: false,
  },
  NoCapacity: {
    httpStatus: 503,
    closeCode: 4503,
    title: 'No node has room',
    advice: 'Try again after Retry-After: capacity is added or becomes free.',
    retryable: true,
  },
  Unavailable: {
    httpStatus: 503,
    closeCode: 4504,
    title: 'The meeting cannot be reached right now',
    advice: 'Try again after a moment; the request itself was fine.',
    retryable: true,
  },
  Internal: {
    httpStatus: 500,
    closeCode: 1011,
    title: 'Something went wrong on the server',
    advice: 'Try again; report the requestId if it stays so.',
    retryable: true,
  },
  TokenInvalid: {
    httpStatus: 401,
    closeCode: 4401,
    title: 'The token is not valid',
    advice: 'Join again by REST for a new token.',
    retryable: false,
  },
  TokenExpired: {
    httpStatus: 401,
    closeCode: 4402,
    title: 'The token has expired',
    advice: 'Join again by REST for a new token.',
    retryable: false,
  },
  MalformedMessage: {
    closeCode: 4400,
    title: 'The message is not a JSON object of this protocol',
    advice: 'This is a fault of the client: see the WebSocket reference.',
    retryable: false,
  },
  HelloExpected: {
    closeCode: 4405,
    title: 'The first message must be hello, and only the first',
    advice: 'Send hello once, at once after the socket opened.',
    retryable: false,
  },
  HelloTimeout: {
    closeCode: 4408,
    title: 'The socket said nothing in time',
    advice: 'Open the socket when the token is there, and send hello at once.',
    retryable: true,
  },
  TooManyMessages: {
    closeCode: 4429,
    title: 'Too many messages',
    advice: 'Batch: one consume and one updateConsumers for many. Then resume.',
    retryable: true,
  },
  TooManySockets: {
    closeCode: 4430,
    title: 'Too many sockets',
    advice: 'Close sockets that are not used, or try again after a moment.',
    retryable: true,
  },
  SlowConsumer: {
    closeCode: 4431,
    title: 'The client reads too slowly',
    advice: 'Resume with the resume token; media was not touched.',
    retryable: true,
  },
  HeartbeatLost: {
    closeCode: 4432,
    title: 'The client stopped answering',
    advice: 'Resume with the resume token.',
    retryable: true,
  },
  Replaced: {
    closeCode: 4433,
    title: 'The participant connected anew',
    advice: 'Nothing: a newer socket of the same participant has taken over.',
    retryable: false,
  },
  GoingAway: {
    closeCode: 4434,
    title: 'This replica is shutting down',
    advice: 'Resume at once with the resume token; another replica takes over, media was not touched.',
    retryable: true,
  },
  MediaResetPending: {
    title: 'The media of this participant is gone',
    advice: 'Send rejoin with the RTP capabilities, and build the transports anew.',
    retryable: false,
  },
  TransportNotFound: {
    title: 'There is no such transport',
    advice: 'Use the transports of the last welcome.',
    retryable: false,
  },
  ProducerNotFound: {
    title: 'There is no such producer',
    advice: 'It was closed meanwhile: take it off the list.',
    retryable: false,
  },
  CannotConsume: {
    title: 'The client cannot receive this producer',
    advice: 'Its codec is not among the RTP capabilities of hello.',
    retryable: false,
  },
  RelayUnavailable: {
    title: 'The node of this producer cannot be reached right now',
    advice: 'Consume it again after a moment.',
    retryable: true,
  },
  NodeFull: {
    title: 'The node has no room for this',
    advice: 'Consume or produce less, or try again after a moment.',
    retryable: true,
  },
  MediaRefused: {
    title: 'The media parameters were refused',
    advice: 'See the detail: this is a fault of the client.',
    retryable: false,
  },
  ViewersOnlyReceive: {
    title: 'Viewers of a webinar only receive',
    advice: 'Send nothing; or leave, and join with the speakers’ passcode.',
    retryable: false,
  },
  TooMuchMedia: {
    title: 'The participant has too many producers or consumers',
    advice: 'Close some first.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** Errors that close a WebSocket; their name is the close reason. */
export type CloseReason = {
  [K in ErrorCode]: (typeof errorTable)[K] extends { closeCode: number } ? K : never;
}[ErrorCode];

/** Errors that REST answers. */
export type RestError = {
  [K in ErrorCode]: (typeof errorTable)[K] extends { httpStatus: number } ? K : never;
}[ErrorCode];

export const errorCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

export function isErrorCode(name: string): name is ErrorCode {
  return Object.hasOwn(errorTable, name);
}

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorTable[code];
}
