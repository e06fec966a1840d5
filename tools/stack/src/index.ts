export * from './databases.js';
export { apiAudience, environments, type Setting } from './environments.js';
export * from './identity-provider/people.js';
export { ensureNatsServer } from './nats-server.js';
export { keyVariable, startNats, type Nats, type NatsOptions } from './nats.js';
export { ephemeralPorts, freePorts, portsFrom, type Ports } from './ports.js';
export { startPostgres, type Postgres, type PostgresOptions } from './postgres.js';
export { ensureSecrets, type Secrets } from './secrets.js';
export { inRepository } from './repository.js';
export { httpReady, logTail, runToEnd, supervise, type ManagedProcess } from './supervisor.js';
export {
  quiet,
  startSystem,
  telemetryPreload,
  type Report,
  type System,
  type SystemOptions,
} from './system.js';
export { ensureVersitygw, startS3, type S3, type S3Options } from './versitygw.js';
export { cacheRoot } from './tool.js';
export { parseSpan, renderTrace, type SpanLine } from './trace-tree.js';
export { demoPeople, loadCases, type LoadInto } from './load/load.js';
export type { LoadPlan, Whose } from './load/functions.js';
