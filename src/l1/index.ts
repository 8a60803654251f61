export * from './kaos';
export * from './kelos';
export type * from './kubernetes';
