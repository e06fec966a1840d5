import { join } from 'node:path';
import type { ServiceName } from '@definitivedx/contracts';
import {
  environments,
  freePorts,
  httpReady,
  inRepository,
  supervise,
  telemetryPreload,
  type ManagedProcess,
  type System,
} from '@definitivedx/stack';

/** Starts another replica of a service beside the one a system runs. The caller stops it. */
export async function startReplica(system: System, service: ServiceName): Promise<ManagedProcess> {
  const [port = 0] = await freePorts(1);
  const { stateDir, issuer, trustIssuer, mailboxUrl, natsUrl, secrets, databaseUrls } = system;
  const environment = environments({
    ...{ stateDir, issuer, trustIssuer, mailboxUrl, natsUrl, secrets, databaseUrls },
    ports: { ...system.ports, [service]: port },
    host: '127.0.0.1',
    publicUrl: system.url,
    extra: {},
  });
  const replica = supervise({
    name: `${service}-2`,
    command: process.execPath,
    args: [...telemetryPreload(), inRepository('services', service, 'dist/main.js')],
    env: environment.service(service),
    logFile: join(stateDir, 'logs', `${service}-2.log`),
    ready: httpReady(`http://127.0.0.1:${String(port)}/readyz`),
  });
  await replica.start();
  return replica;
}
