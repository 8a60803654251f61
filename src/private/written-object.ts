import type { ApiObject } from 'cdk8s';
import { checkWrittenSpec } from './check-spec';
import { type Problem, renderProblem } from './problem';
import { hasChecks } from './program';
import { resolved } from './structural';

/**
 * Checks an L1 at synth, as the API server would: structure and rules of its spec, before any JSON patch.
 *
 * One that an L2 has made for itself is checked by that, in the words of its properties.
 */
export function checkWritten(object: ApiObject, spec: unknown, { required }: { readonly required: boolean }): void {
  const { scope, id } = object.node;
  object.node.addValidation({ validate: () => (id === 'Resource' && hasChecks(scope) ? [] : problemsOf(object.kind, spec, required).map(renderProblem)) });
}

function problemsOf(kind: string, spec: unknown, required: boolean): Problem[] {
  const written = resolved(spec);
  if (written === undefined || written === null) return required ? [{ code: 'required', path: 'spec' }] : [];
  return checkWrittenSpec(kind, written);
}
