import { Environment } from '@marcbachmann/cel-js';
import { registerKubernetesLibrary, withSafeMatches } from '../../src/embedded/structural/cel-library.ts';
import type { KubeObject } from '../../src/kube/object.ts';

/** The spec of a ValidatingAdmissionPolicy, as far as it is evaluated. */
export interface PolicySpec {
  readonly matchConditions?: readonly { readonly expression: string }[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly { readonly expression: string; readonly message: string; readonly messageExpression?: string }[];
}

const environment = ['object', 'oldObject', 'variables'].reduce(
  (soFar, name) => soFar.registerVariable(name, 'dyn'), registerKubernetesLibrary(new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true })));

/** What a policy says against an object, as an API server evaluates it; the resource has been matched. */
export function evaluatePolicy(policy: PolicySpec, object: KubeObject, oldObject: KubeObject | null): string[] {
  const variables: Record<string, unknown> = {};
  const run = (expression: string): unknown => environment.parse(withSafeMatches(expression))({ object, oldObject, variables });
  if (policy.matchConditions?.some(({ expression }) => run(expression) !== true)) return [];
  for (const { name, expression } of policy.variables) variables[name] = run(expression);
  return policy.validations.filter(({ expression }) => run(expression) !== true).map(({ message, messageExpression }) => (messageExpression ? String(run(messageExpression)) : message));
}
