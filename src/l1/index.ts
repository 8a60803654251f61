export * from './kelos';
export type * from './kubernetes';
