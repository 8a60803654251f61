import { afterAll, describe } from 'vitest';
import { clusterContracts, contracts } from '../contract/contracts.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

const opened: RealConnection[] = [];

async function connect(): Promise<RealConnection> {
  const connection = await connectToCluster();
  opened.push(connection);
  return connection;
}

afterAll(async () => {
  for (const connection of opened) await connection.close();
});

for (const [name, contract] of Object.entries({ ...contracts, ...clusterContracts })) describe(name, () => contract(connect));
