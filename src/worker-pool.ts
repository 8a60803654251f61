import { existingObject } from './private/reference';

/** Defines a WorkerPool: Pods that stay, and take one Task after the other. */
export interface IWorkerPool {
  /** The name of the pool. */
  readonly name: string;
  /**
   * The namespace it is in.
   *
   * @default - that of who refers to it
   */
  readonly namespace?: string;
}

/** Refers to a WorkerPool. */
export class WorkerPool {
  /** A pool that exists already, in the namespace of the Task. */
  public static fromWorkerPoolName(name: string): IWorkerPool {
    return existingObject(name);
  }

  private constructor() {}
}
