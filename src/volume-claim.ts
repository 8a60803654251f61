import type { Size } from 'cdk8s';
import type * as l1 from './l1';
import { checkObjectName } from './private/names';
import { type Problem, listOf, quote } from './private/problem';
import { checkMade } from './private/shape';
import { resolved } from './private/structural';

/** From where a volume can be mounted at a time: by Pods of one node, by one Pod, or by Pods of any node. */
export type VolumeAccess = 'ReadWriteOnce' | 'ReadWriteOncePod' | 'ReadWriteMany';

/** What a volume is like, besides its size. */
export interface VolumeClaimOptions {
  /**
   * The StorageClass that makes it.
   *
   * @default - the default one of the cluster
   */
  readonly storageClass?: string;
  /**
   * From where it can be mounted at a time. It is one Pod's own, so the least is enough.
   *
   * @default 'ReadWriteOnce'
   */
  readonly access?: VolumeAccess;
}

/** The claim from which a Pod that stays gets a volume of its own, on which its clone outlives it. */
export class VolumeClaim {
  /**
   * A volume of at least some size.
   *
   * @param size how large it is
   * @param options what it is like
   */
  public static ofSize(size: Size, options: VolumeClaimOptions = {}): VolumeClaim {
    const { storageClass, access = 'ReadWriteOnce' } = options;
    const storage = typeof size?.asString === 'function' ? size.asString() : undefined;
    return new VolumeClaim({ accessModes: [access], resources: storage === undefined ? {} : { requests: { storage } }, storageClassName: storageClass });
  }

  /**
   * A claim with everything that Kubernetes offers: a snapshot to begin with, a selector, further attributes.
   *
   * @param spec the spec of a PersistentVolumeClaim
   */
  public static fromSpec(spec: l1.PersistentVolumeClaimSpec): VolumeClaim {
    return new VolumeClaim(spec);
  }

  private constructor(private readonly spec: l1.PersistentVolumeClaimSpec) {}

  /** @internal */
  public _render(): l1.PersistentVolumeClaimSpec {
    return this.spec;
  }

  /** What a claim has to have to be bound, and to be mounted by agents. The schema demands none of it. @internal */
  public _check(path: string): Problem[] {
    const { accessModes, resources, storageClassName, volumeMode } = partsOf(this.spec);
    const problems = [...checkAccess(accessModes, `${path}.accessModes`), ...checkStorage(resources, `${path}.resources.requests.storage`)];
    if (typeof storageClassName === 'string' && storageClassName !== '') problems.push(...checkObjectName(storageClassName, { becomesLabel: false, path: `${path}.storageClassName` }));
    if (typeof volumeMode === 'string' && volumeMode !== 'Filesystem') {
      problems.push({ code: 'enum', path: `${path}.volumeMode`, got: quote(volumeMode), allowed: 'a clone needs Filesystem' });
    }
    return problems;
  }
}

/** Checks that a claim came out of its factories, which have to be asked before it is rendered. */
export function checkClaimMade(claim: VolumeClaim | undefined, path: string): Problem[] {
  return claim === undefined ? [] : checkMade(claim, '_render', 'VolumeClaim.ofSize(Size.gibibytes(…)) or .fromSpec({ … })', path);
}

const WRITABLE: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'];

function checkAccess(unresolved: unknown, path: string): Problem[] {
  const modes = resolved(unresolved);
  const allowed = `allowed are ${listOf(WRITABLE)}`;
  if (modes === undefined || (Array.isArray(modes) && modes.length === 0)) return [{ code: 'required', path, allowed }];
  if (!Array.isArray(modes) || !modes.every((mode): mode is string => typeof mode === 'string')) return [];
  const unknown = modes.filter((mode) => !WRITABLE.includes(mode) && mode !== 'ReadOnlyMany');
  if (unknown.length > 0) return unknown.map((mode) => ({ code: 'enum', path, got: quote(mode), allowed }));
  if (!modes.some((mode) => WRITABLE.includes(mode))) return [{ code: 'enum', path, got: 'ReadOnlyMany alone', allowed, fix: 'add one by which the agent can write' }];
  if (modes.length > 1 && modes.includes('ReadWriteOncePod')) return [{ code: 'ambiguous', path, got: listOf(modes), allowed: 'ReadWriteOncePod stands alone', fix: 'keep one of them' }];
  return [];
}

function checkStorage(resources: unknown, path: string): Problem[] {
  const storage = resolved(partsOf(partsOf(resources).requests).storage);
  if (storage === undefined || storage === null) return [{ code: 'required', path, fix: 'say how large the volume has to be: Size.gibibytes(20), in a spec 20Gi' }];
  if (typeof storage !== 'string' && typeof storage !== 'number') return [];
  const isNothing = /^[+-]?[0.]+([A-Za-z].*)?$/.test(`${storage}`);
  return isNothing || `${storage}`.startsWith('-') ? [{ code: 'too-small', path, got: `${storage}`, allowed: 'more than nothing' }] : [];
}

function partsOf(unresolved: unknown): Record<string, unknown> {
  const value = resolved(unresolved);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
