import type { KubeRequest, KubeResponse, KubeStream, Transport } from '../../src/kube/transport.ts';

/** What is wrong with an operator, for the canaries: each checker has to find what it is for. */
export interface Mistake {
  /** It takes its lease for fresh when it goes on after it stood still. */
  readonly losesTime?: true;
  /** Of some resources it reads a text for another. */
  readonly misreads?: Misspelling;
  /** Of some resources it writes one. */
  readonly miswrites?: Misspelling;
}

export interface Misspelling {
  /** Plurals of resources. */
  readonly of: readonly string[];
  readonly text: string | RegExp;
  readonly as: string;
}

/** The way to the server of an operator that reads or writes something else than it should. */
export class MistakenTransport implements Transport {
  readonly #inner: Transport;
  readonly #mistake: Mistake;

  constructor(inner: Transport, mistake: Mistake) {
    this.#inner = inner;
    this.#mistake = mistake;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    const { misreads, miswrites } = this.#mistake;
    const body = request.body === undefined || !isAbout(miswrites, request) ? {} : { body: spelled(Buffer.from(request.body), miswrites) };
    const answer = await this.#inner.request({ ...request, ...body });
    return isAbout(misreads, request) ? { ...answer, body: spelled(answer.body, misreads) } : answer;
  }

  async stream(request: KubeRequest): Promise<KubeStream> {
    const { misreads } = this.#mistake;
    const answer = await this.#inner.stream(request);
    if (!isAbout(misreads, request)) return answer;
    async function* misread(): AsyncGenerator<Buffer> {
      for await (const chunk of answer.body) yield spelled(chunk, misreads!);
    }
    return { ...answer, body: misread() };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function isAbout(misspelling: Misspelling | undefined, { path }: KubeRequest): misspelling is Misspelling {
  return misspelling !== undefined && path.split('?', 1)[0]!.split('/').some((part) => misspelling.of.includes(part));
}

function spelled(text: Buffer, { text: from, as }: Misspelling): Buffer {
  return Buffer.from(text.toString().replaceAll(from, as));
}
