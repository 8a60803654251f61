/**
 * The one seam between the runtime and a Kubernetes API: bytes out, bytes in.
 *
 * `HttpTransport` speaks to a real API server; the embedded engine implements the same interface without a socket.
 * Everything above it (REST, informers, controllers) is the same code on both.
 */
export interface Transport {
  /** Sends a request and reads the whole answer. An HTTP error status is an answer, not an exception. */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** Sends a request whose answer comes bit by bit and may never end: a watch, a followed log. Abort the signal to close it. */
  stream(request: KubeRequest): Promise<KubeStream>;
  /** Ends every open request. */
  close(): Promise<void>;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path with its query, escaped. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface KubeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface KubeStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
}
