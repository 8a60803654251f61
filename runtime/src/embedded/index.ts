export * from './images.ts';
export * from './pod-logs.ts';
export * from './virtual-clock.ts';
