// The development identity provider: OpenID Connect with people who do not exist and no passwords.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { interaction } from './interaction.js';
import { createProvider } from './provider.js';

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

const { provider, store } = await createProvider({
  issuer: config.ISSUER,
  publicUrl: config.PUBLIC_URL,
  clientSecret: readFileSync(config.OIDC_CLIENT_SECRET_FILE, 'utf8').trim(),
  audience: config.API_AUDIENCE,
  stateDir: config.STATE_DIR,
});
provider.on('server_error', (_ctx, error) => {
  console.error(error);
});

const oidc = provider.callback();
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  if (path === '/readyz' || path === '/healthz') response.end('ok');
  else if (path.startsWith('/interaction/')) await interaction(provider, request, response);
  else await oidc(request, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.listen(config.PORT, config.HOST, () => {
  console.log(`identity provider ${config.ISSUER} on ${config.HOST}:${String(config.PORT)}`);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    store.flush();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
