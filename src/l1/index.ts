export * from './kelos';
export * from './kubernetes';
