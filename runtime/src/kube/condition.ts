import type { KubeObject } from './object.ts';
import { toKubeTime } from './time.ts';

/** `metav1.Condition`: one aspect of the state of an object. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** When the status last changed. */
  lastTransitionTime: string;
  /** The generation of the object that it is about. */
  observedGeneration?: number;
}

/** An object whose status may have conditions. */
export interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** A condition as it is to be said now. As the API has it, its time moves only when its status does: a new reason or message is no transition. */
export function conditionOf({ metadata: { generation }, status }: Conditioned, said: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>, now: Date): Condition {
  const before = status?.conditions?.find(({ type }) => type === said.type);
  return {
    ...said,
    lastTransitionTime: before?.status === said.status ? before.lastTransitionTime : toKubeTime(now),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
