import { call, type Expression, literal } from '../expression.ts';

export function secretNamed(name: string): Expression {
  return call('SecretRef.fromName', literal(name));
}
