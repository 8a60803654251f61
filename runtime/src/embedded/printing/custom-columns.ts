import { ageColumn, ageOf } from './age.ts';
import type { Column } from './column.ts';
import { readJsonPath } from './json-path.ts';

/** A column as a CustomResourceDefinition declares it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: Column['type'];
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** The columns of a custom kind. Without any it shows its age. A cell without a value is empty, a date is shown as its age. */
export function customColumns(declared: readonly PrinterColumn[] | undefined): Column[] {
  if (declared === undefined || declared.length === 0) return [ageColumn];
  return declared.map(({ jsonPath, type, ...column }) => ({
    ...column,
    type,
    cell: (object, now) => {
      const values = readJsonPath(object, jsonPath);
      const value = values.length > 1 ? values.join(',') : values[0];
      if (value === undefined || value === null) return null;
      if (type === 'date') return ageOf(value, now);
      if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
      return value;
    },
  }));
}
