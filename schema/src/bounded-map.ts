import { z } from 'zod';
import './field-meta.ts';

/** A map that has at least `min` and at most `max` entries: zod itself bounds only lists and texts. */
export function boundedMap<Value extends z.ZodType>(value: Value, { min, max }: { min: number; max: number }): z.ZodRecord<z.ZodString, Value> {
  return z.record(z.string(), value)
    .refine((map) => Object.keys(map).length >= min && Object.keys(map).length <= max, `must have ${min} to ${max} entries`)
    .meta({ minProperties: min, maxProperties: max });
}
