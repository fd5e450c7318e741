/** What a client may rely on and must keep to. Clients that go beyond get an error from error-codes.ts. */
export const limits = {
  /** One WebSocket message, in bytes of UTF-8. */
  messageBytes: 64 * 1024,
  /** The body of a REST request. */
  requestBodyBytes: 8 * 1024,
  /** A socket that has not said hello by then is closed. */
  helloTimeoutMs: 5_000,
  /** The server sends `heartbeat` this often; a client may take the connection as dead after `deadAfterMs` without any message. */
  heartbeatIntervalMs: 10_000,
  deadAfterMs: 25_000,
  /** How long a participant whose socket was lost stays in the meeting and can be resumed. */
  resumeWithinMs: 30_000,
  /** How long a participant for whom there is no room waits for it, and how many do in one meeting at one replica. */
  waitForRoomMs: 600_000,
  waitersPerMeeting: 200,
  /** Messages of one socket: so many at once, then so many a second. */
  messageBurst: 200,
  messagesPerSecond: 50,
  /** Starting and stopping recordings, by all hosts of a meeting: so many at once, then so many a second. */
  recordingRequestBurst: 10,
  recordingRequestsPerSecond: 0.2,
  /** Unsent bytes at which a socket counts as too slow and is closed. */
  unsentBytes: 1024 * 1024,
  consumeItems: 200,
  consumerUpdates: 200,
  producerUpdates: 32,
  nameLength: 64,
  passcodeLength: 128,
} as const;
