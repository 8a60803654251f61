import { RE2JS } from 're2js';
import { JsonPath } from '../../json-path/json-path.ts';

/** What users wrote, compiled once. The oldest goes when there are more than anybody has. */
class Compiled<T> {
  readonly #compile: (text: string) => T;
  readonly #known = new Map<string, T | Error>();

  constructor(compile: (text: string) => T) {
    this.#compile = compile;
  }

  /** Throws what compiling threw. */
  of(text: string): T {
    const known = this.#known.get(text) ?? this.#compiled(text);
    if (known instanceof Error) throw known;
    return known;
  }

  #compiled(text: string): T | Error {
    if (this.#known.size >= MOST_KEPT) this.#known.delete(this.#known.keys().next().value!);
    let result: T | Error;
    try {
      result = this.#compile(text);
    } catch (error) {
      result = error as Error;
    }
    this.#known.set(text, result);
    return result;
  }
}

const MOST_KEPT = 10_000;

export const paths = new Compiled((text) => new JsonPath(text));

export const patterns = new Compiled((text) => RE2JS.compile(text));
