import type { ApiObject } from '../api-object.ts';

/** One column of a table, as `kubectl get` prints it. Columns with a priority above 0 are shown by `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  /** The cell; `now` is for ages. */
  readonly cell: (object: ApiObject, now: Date) => unknown;
}
