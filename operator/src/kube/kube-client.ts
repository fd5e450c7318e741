/** The API server as the runtime needs it; `createKubeClient` in kube-http.ts is the real one. */
export interface KubeClient {
  /** Sends a request and returns its JSON. Throws KubeError, and nothing else. */
  request(request: KubeRequest): Promise<unknown>;
  /** Opens an answer that is read line by line (a watch). Throws KubeError, and so does the iteration. */
  lines(request: KubeLinesRequest): AsyncIterable<string>;
  /** Ends everything in flight. */
  close(): void;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; `application/json` unless given. */
  readonly contentType?: string;
  /** `application/json` unless given; another form of JSON. */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal;
  /** From the call to the last byte of the answer, waiting for the client's own rate limit included. */
  readonly deadlineMs?: number;
  /** Passes the client's own rate limit: what leadership hangs on must not wait behind bulk work. */
  readonly urgent?: boolean;
}

export interface KubeLinesRequest extends Omit<KubeRequest, 'method' | 'body' | 'contentType' | 'deadlineMs'> {
  /** From the call to the answer's headers. */
  readonly headersDeadlineMs: number;
  /** The longest silence between two pieces of the body. */
  readonly idleDeadlineMs: number;
}
