import { Readable } from 'node:stream';
import { accessOf } from './access.ts';
import { apiErrorFrom } from './api-error.ts';
import { CREDENTIALS, kindKey, rightKey, SERVER, troubleIn, unreachable } from './recognized-trouble.ts';
import type { KubeRequest, KubeResponse, KubeStream, Transport } from './transport.ts';
import type { Troubles } from './troubles.ts';

/**
 * A transport that tells `troubles` what each answer says about the cluster: that it is there, knows us, serves the kind, grants the right.
 *
 * **Guarantee** Requests and answers go through as they are. Whatever is refused, by whomever it was asked, is among the troubles, and is
 * over with the first request of its kind that is not.
 */
export function watched(transport: Transport, troubles: Troubles): Transport {
  return new WatchedTransport(transport, troubles);
}

class WatchedTransport implements Transport {
  readonly #transport: Transport;
  readonly #troubles: Troubles;
  #wasReached = false;

  constructor(transport: Transport, troubles: Troubles) {
    this.#transport = transport;
    this.#troubles = troubles;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const answer = await this.#asked(request, this.#transport.request(request));
    this.#judge(request, answer);
    return answer;
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const answer = await this.#asked(request, this.#transport.stream(request));
    if (answer.status < 400) {
      this.#judge(request, { ...answer, body: Buffer.alloc(0) });
      return answer;
    }
    const body = await refusalOf(answer.body);
    this.#judge(request, { ...answer, body });
    return { ...answer, body: Readable.from([body]) };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #asked<Answer>({ signal }: KubeRequest, asked: Promise<Answer>): Promise<Answer> {
    try {
      return await asked;
    } catch (error) {
      if (!signal?.aborted) this.#troubles.meet(unreachable(error, !this.#wasReached));
      throw error;
    }
  }

  #judge(request: KubeRequest, { status: code, headers, body }: KubeResponse): void {
    const access = accessOf(request);
    const isRefused = code >= 400;
    const trouble = isRefused ? troubleIn(access, code, apiErrorFrom('', code, headers, body).status, !this.#wasReached) : undefined;
    // What is missing everywhere is told once, not for each namespace.
    const isToldWider = access?.namespace !== undefined && this.#troubles.keys.includes(rightKey({ ...access, namespace: undefined }));
    if (trouble !== undefined && !(isToldWider && trouble.key === rightKey(access))) this.#troubles.meet(trouble);
    if (trouble?.key === SERVER) return;
    this.#wasReached = true;
    this.#troubles.over(SERVER);
    if (trouble?.key === CREDENTIALS) return;
    this.#troubles.over(CREDENTIALS);
    if (access === undefined || trouble !== undefined) return;
    this.#troubles.over(rightKey(access));
    if (!isRefused) this.#troubles.over(kindKey(access));
  }
}

/** More than any refusal has; a proxy may answer with anything. */
const LONGEST_REFUSAL_BYTES = 1_048_576;

async function refusalOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= LONGEST_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks);
}
