import { describe } from 'vitest';
import { realProcessFaults } from '../faults/real-processes.ts';
import { install } from './installed-operator.ts';
import { connectToCluster } from './real-connection.ts';

describe('on a real API server', () => realProcessFaults(async () => {
  const connection = await connectToCluster();
  await install(connection);
  return connection;
}));
