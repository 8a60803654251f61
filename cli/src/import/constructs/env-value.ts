import { call, type Expression, literal, members } from '../expression.ts';
import { secretNamed } from './secret.ts';

interface Variable {
  readonly value?: string | undefined;
  readonly valueFrom?: { readonly secretKeyRef?: Key | undefined; readonly configMapKeyRef?: Key | undefined } | undefined;
}

interface Key {
  readonly name?: string | undefined;
  readonly key: string;
  readonly optional?: boolean | undefined;
}

/** The value of a variable. From elsewhere than a Secret or a ConfigMap it has none that a construct takes. */
export function envValue({ value = '', valueFrom }: Variable): Expression {
  const from = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
  if (!from) return call('EnvValue.fromValue', literal(value));
  const options = from.optional === undefined ? [] : [members({ optional: literal(from.optional) })];
  const object = members({ name: literal(from.name ?? '') });
  return valueFrom?.secretKeyRef
    ? call('EnvValue.fromSecret', secretNamed(from.name ?? ''), literal(from.key), ...options)
    : call('EnvValue.fromConfigMap', object, literal(from.key), ...options);
}
