import { describe } from 'vitest';
import { startLoopbackCluster } from './loopback-cluster.ts';
import { realProcessFaults } from './real-processes.ts';

describe('on the embedded API server', () => realProcessFaults(startLoopbackCluster));
