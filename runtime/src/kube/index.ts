/** The controller kernel: from "this object changed" to "this key is reconciled, once, soon". */
export { ApiError, isAlreadyExists, isConflict, isExpired, isNotFound, type Status, type StatusCause, type StatusDetails } from './api-error.ts';
export {
  type Address,
  type ApplyOptions,
  type CallOptions,
  type ClientOptions,
  type DeleteOptions,
  KubeClient,
  type KubeList,
  type ListOptions,
  type LogOptions,
  type ReplaceOptions,
  type RequestMetrics,
  type WriteOptions,
} from './client.ts';
export { type Clock, sleep, systemClock, type Timer } from './clock.ts';
export type { ClusterConfig } from './cluster-config.ts';
export { type ConfigOptions, loadConfig } from './config.ts';
export { HttpTransport } from './http-transport.ts';
export {
  apiVersionOf,
  controllerOf,
  controllerReference,
  keyOf,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
  pathOf,
  type Resource,
  splitKey,
} from './object.ts';
export { creation, deletion, type EventNote, idle, normalEvent, type Plan, warningEvent, type Write } from './plan.ts';
export type { KubeRequest, KubeResponse, KubeStream, Transport } from './transport.ts';
export type { Selection, WatchEvent, WatchOptions } from './watch.ts';
