import type { Images } from '../../src/tasks/pod/image.ts';

/** The images of these tests. Only claude-code has one, so that every other type shows what happens without. */
export const images: Images = {
  agents: { 'claude-code': { image: 'ghcr.io/taskwright/claude-code:1.0.0' } },
  agentTools: { image: 'ghcr.io/taskwright/agent-tools:1.0.0' },
};
