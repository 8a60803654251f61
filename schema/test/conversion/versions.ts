import { convert } from '../../src/index.ts';

export type Annotations = Readonly<Record<string, string>>;
type Made = ReturnType<typeof convert>;

/** What a kind comes to in the other version. Of annotations the reference writes some; what we keep besides is told apart by its prefix. */
export function conversionsOf(kind: string): { up: (spec: object, annotations?: Annotations) => Made; down: (spec: object, annotations?: Annotations) => Made } {
  const made = (from: string, to: string) => (spec: object, annotations?: Annotations) => (
    convert({ apiVersion: `kelos.dev/${from}`, kind, metadata: { name: 'fixture', ...annotations && { annotations } }, spec: spec as Record<string, unknown> }, `kelos.dev/${to}`)
  );
  return { up: made('v1alpha1', 'v1alpha2'), down: made('v1alpha2', 'v1alpha1') };
}

/** Without what we keep: as the reference would have written it. */
export function ofReference({ metadata: { annotations = {} } }: Made): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name.startsWith('kelos.dev/')));
}
