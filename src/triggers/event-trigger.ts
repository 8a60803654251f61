import type { ApiObject } from 'cdk8s';
import type * as l1 from '../l1';
import type { KnownEvent } from '../private/known-event';
import type { Problem } from '../private/problem';

/** What a TaskSpawner waits for. Made by the factories of `Trigger`; each has an `event`, whose properties are the variables for its templates. */
export abstract class EventTrigger {
  /** What templates may read. @internal */
  public abstract readonly _event: KnownEvent;

  /** How many characters the operator puts behind the name of the spawner to name a Task; none where it shortens the name to fit. @internal */
  public abstract readonly _suffix?: number;

  /** Whether nothing works without a Workspace. @internal */
  public abstract readonly _needsWorkspace: boolean;

  /** @internal */
  public abstract _render(): l1.TaskSpawnerTrigger;

  /** What the spawner says in annotations, beside its spec. @internal */
  public _annotations(): { readonly [name: string]: string } {
    return {};
  }

  /** What cannot be rendered, because a factory was passed by. @internal */
  public _checkShape(): Problem[] {
    return [];
  }

  /** What its schema does not say. The paths begin with `trigger`. @internal */
  public abstract _check(from: ApiObject): Problem[];
}
