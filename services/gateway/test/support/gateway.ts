import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import type { RunningService } from '@definitivedx/bus';
import type { World } from '@definitivedx/testing';
import { appModule } from '../../src/app.module.js';
import type { GatewayOptions } from '../../src/config.js';
import { databaseOptions } from '../../src/data/database.js';
import { serviceOptions } from '../../src/http/server.js';

export const audience = 'urn:definitivedx:api';

const keysOf = (world: World): JWK[] =>
  (JSON.parse(readFileSync(world.secrets.gatewayKeyFile, 'utf8')) as { keys: JWK[] }).keys;

/** Runs the gateway in this process, on the world's clock, against the development identity provider by default. */
export function startGateway(
  world: World,
  options: Partial<GatewayOptions> & { readonly port?: number } = {},
): Promise<RunningService> {
  const config: GatewayOptions = {
    publicUrl: new URL(world.publicUrl),
    issuer: world.issuer,
    clientId: 'definitivedx-gateway',
    clientSecret: readFileSync(world.secrets.oidcClientSecretFile, 'utf8').trim(),
    acrValues: ['AAL2', 'AAL3'],
    keys: keysOf(world),
    // Everything is on this machine.
    egress: { ports: [], trustedHosts: 'any' },
    allowHttp: true,
    dataRegions: ['eu-west-2', 'uk-south'],
    applicationsPerHour: 100_000,
    apiAudience: audience,
    filesUrl: new URL(`http://127.0.0.1:${String(world.ports.files)}`),
    accessUrl: new URL(`http://127.0.0.1:${String(world.ports.access)}`),
    rateLimitPerMinute: 100_000,
    ...options,
  };
  return world.service('gateway', appModule, databaseOptions, {
    config: { ...config },
    options: serviceOptions,
  });
}
