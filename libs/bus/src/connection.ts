import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { Principal } from '@definitivedx/contracts';
import { inboxPrefixOf } from './permissions.js';

export interface Credential {
  readonly principal: Principal;
  readonly natsUrl: string;
  /** nkey user seed */
  readonly natsSeed: string;
}

/** Connects with a principal's own credential, waits for the first connection and reconnects for ever. */
export function connectNats({ principal, natsUrl, natsSeed }: Credential): Promise<NatsConnection> {
  return connect({
    servers: natsUrl.split(','),
    name: principal,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(natsSeed)),
    inboxPrefix: inboxPrefixOf(principal),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    // A rejected credential while the server restarts with new permissions must not end the client.
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    maxPingOut: 3,
    // Else each request takes a stack trace, in case it fails.
    noAsyncTraces: true,
  });
}
