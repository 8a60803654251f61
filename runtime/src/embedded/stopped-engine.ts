import { KubeClient } from '../kube/client.ts';
import { systemClock } from '../kube/clock.ts';
import { ApiServer, type ApiServerOptions } from './api-server.ts';
import type { EngineOptions } from './engine.ts';
import { streamPodLog } from './process-runner/pod-log-files.ts';

/** What an engine left behind, to be looked at: its objects and logs answer as before, and nothing runs. */
export function openStoppedEngine({ stateFile, dataDir, convert }: Required<Pick<EngineOptions, 'stateFile' | 'dataDir'>> & Pick<ApiServerOptions, 'convert'>): { client: KubeClient; close(): Promise<void> } {
  const api = new ApiServer({
    clock: systemClock,
    stateFile,
    ...(convert && { convert }),
    podLogs: { stream: (container, options, signal) => streamPodLog(dataDir, container, undefined, options, signal) },
  });
  return { client: new KubeClient(api.transport, { userAgent: 'taskwright-engine' }), close: () => api.close() };
}
