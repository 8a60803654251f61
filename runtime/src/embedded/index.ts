export * from './api-server.ts';
export * from './images.ts';
export * from './pod-logs.ts';
export * from './virtual-clock.ts';
export type { HttpFace, ListenOptions } from './http-face.ts';
export { type Random, systemRandom } from './random.ts';
export { agentCacheDir, agentImages, type AgentImagesOptions, CLAUDE_CODE } from './agent-images.ts';
export { type InstallOptions, installNpmProgram, type NpmProgram } from './npm-program.ts';
