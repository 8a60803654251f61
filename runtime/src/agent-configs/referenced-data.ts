import type { KubeObject } from '../kube/object.ts';

export type DataKind = 'Secret' | 'ConfigMap';

/** A Secret or ConfigMap, or one key of it, without which a Task cannot start. */
export interface DataNeed {
  readonly kind: DataKind;
  readonly name: string;
  /** Left out: every key is used, whatever there is. */
  readonly key?: string;
  /** Read if it is there, not waited for if it is not. */
  readonly optional?: boolean;
  /** It is the Secret of a Workspace, which has one of several sets of keys. */
  readonly forGit?: true;
  /** The key may not hold the empty string either. */
  readonly nonEmpty?: boolean;
}

/** The decoded keys of a Secret or ConfigMap that was read, or nothing if it does not exist. */
export type ReadData = (kind: DataKind, name: string) => Readonly<Record<string, string>> | undefined;

interface DataObject extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** A Secret's values are base64; so are the binary ones of a ConfigMap, which count where there is no text of that key. */
export function decodeData(kind: DataKind, { data = {}, binaryData = {} }: DataObject): Record<string, string> {
  const decode = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  return kind === 'Secret' ? decode(data) : { ...decode(binaryData), ...data };
}
