import { Environment } from '@marcbachmann/cel-js';
import { inWordsOfAuthor, registerKubernetesLibrary, withSafeMatches } from './cel-library.ts';

/** A compiled expression. Throws when it cannot be evaluated: a missing key, an overflow, an operator between the wrong types. */
export type Expression = (variables: Readonly<Record<string, unknown>>) => unknown;

/** CEL with the functions of Kubernetes: the one place that knows which engine evaluates it. */
const environment = registerKubernetesLibrary(new Environment({
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
})).registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');

const compiled = new Map<string, Expression>();

/** Compiles an expression over `self` and `oldSelf`, once. Throws for what is not CEL. */
export function compile(expression: string): Expression {
  let known = compiled.get(expression);
  if (known === undefined) {
    const parsed = inWordsOfAuthor(() => environment.parse(withSafeMatches(expression)));
    known = (variables) => inWordsOfAuthor((): unknown => parsed(variables));
    compiled.set(expression, known);
  }
  return known;
}
