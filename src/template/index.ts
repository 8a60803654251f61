export * from './checker';
export { LIMITS } from './limits';
export * from './parser';
export * from './renderer';
export * from './shape';
export type { Command, List, Operand, Pipe, Template } from './syntax-tree';
export { TemplateError } from './template-error';
export { type StructFields, stringList, stringMap, structPointer } from './value';
