// The development identity provider: OpenID Connect with people who do not exist and no passwords. It is two issuers:
// the deployment's own, and that of a trust which would like to come in.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { interaction } from './interaction.js';
import { people, trustPeople } from './people.js';
import { createProvider, type ProviderOptions } from './provider.js';

if (process.env['NODE_ENV'] === 'production') {
  console.error(
    'The development identity provider signs anyone in without a password, so it does not run with NODE_ENV=production. ' +
      'Point OIDC_ISSUER of the gateway to a real identity provider instead.',
  );
  process.exit(1);
}

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535),
  ISSUER: z.url(),
  TRUST_PORT: z.coerce.number().int().min(1).max(65_535),
  TRUST_ISSUER: z.url(),
  PUBLIC_URL: z.url().transform((url) => url.replace(/\/$/, '')),
  OIDC_CLIENT_SECRET_FILE: z.string().min(1),
  API_AUDIENCE: z.string().default('urn:definitivedx:api'),
  STATE_DIR: z.string().min(1),
});
const parsed = environment.safeParse(process.env);
if (!parsed.success) {
  console.error(`The identity provider's settings are not right:\n${z.prettifyError(parsed.error)}`);
  process.exit(1);
}
const config = parsed.data;

interface Issuer extends Pick<ProviderOptions, 'clientSecret' | 'issuer' | 'people' | 'stateDir'> {
  readonly port: number;
}

/** Answers as one issuer. @returns how to end it. */
async function serve({ port, people, ...rest }: Issuer): Promise<() => Promise<unknown>> {
  const { provider, store } = await createProvider({
    publicUrl: config.PUBLIC_URL,
    audience: config.API_AUDIENCE,
    people,
    ...rest,
  });
  provider.on('server_error', (_ctx, error) => {
    console.error(error);
  });
  const oidc = provider.callback();
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (path === '/readyz' || path === '/healthz') response.end('ok');
    else if (path.startsWith('/interaction/')) await interaction(provider, people, request, response);
    else await oidc(request, response);
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.HOST, resolve);
  });
  console.log(`identity provider ${rest.issuer} on ${config.HOST}:${String(port)}`);
  return () => {
    store.flush();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  };
}

// The trust's first: who asks whether the program is ready asks the deployment's own.
const stops = [
  await serve({
    port: config.TRUST_PORT,
    issuer: config.TRUST_ISSUER,
    people: trustPeople,
    stateDir: join(config.STATE_DIR, 'trust'),
  }),
  await serve({
    port: config.PORT,
    issuer: config.ISSUER,
    clientSecret: readFileSync(config.OIDC_CLIENT_SECRET_FILE, 'utf8').trim(),
    people,
    stateDir: config.STATE_DIR,
  }),
];

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void Promise.all(stops.map((stop) => stop())).then(() => process.exit(0));
  });
}
