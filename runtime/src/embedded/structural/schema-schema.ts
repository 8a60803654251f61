import type { Schema } from './schema.ts';

const TEXT: Schema = { type: 'string' };
const WHOLE: Schema = { type: 'integer' };
const NUMBER: Schema = { type: 'number' };
const FLAG: Schema = { type: 'boolean' };
const TEXTS: Schema = { type: 'array', items: TEXT };

const schema: { -readonly [Field in keyof Schema]: Schema[Field] } = { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true };
const schemas: Schema = { type: 'array', items: schema };

/** What a schema itself may look like: a CustomResourceDefinition is checked with it before anything walks along its schema. */
export const SCHEMA_SCHEMA: Schema = schema;

schema.properties = {
  'type': TEXT, 'format': TEXT, 'description': TEXT, 'pattern': TEXT, 'nullable': FLAG, 'enum': { type: 'array' }, 'required': TEXTS,
  'properties': { type: 'object', additionalProperties: schema }, 'items': schema, 'not': schema, 'allOf': schemas, 'anyOf': schemas, 'oneOf': schemas,
  'additionalProperties': { anyOf: [FLAG, schema] },
  'minLength': WHOLE, 'maxLength': WHOLE, 'minItems': WHOLE, 'maxItems': WHOLE, 'minProperties': WHOLE, 'maxProperties': WHOLE, 'uniqueItems': FLAG,
  'minimum': NUMBER, 'maximum': NUMBER, 'multipleOf': NUMBER, 'exclusiveMinimum': FLAG, 'exclusiveMaximum': FLAG,
  'x-kubernetes-preserve-unknown-fields': FLAG, 'x-kubernetes-int-or-string': FLAG, 'x-kubernetes-embedded-resource': FLAG,
  'x-kubernetes-list-type': { type: 'string', enum: ['atomic', 'set', 'map'] }, 'x-kubernetes-list-map-keys': TEXTS,
  'x-kubernetes-map-type': { type: 'string', enum: ['atomic', 'granular'] },
  'x-kubernetes-validations': {
    type: 'array',
    items: {
      type: 'object', required: ['rule'],
      properties: { rule: TEXT, message: TEXT, messageExpression: TEXT, reason: TEXT, fieldPath: TEXT, optionalOldSelf: FLAG },
    },
  },
};
