// Part of `npm run check`: docker-compose.yml against the Compose Specification's schema, our own rules for it, and the
// programs it starts: that they are there, and that each one accepts its environment and secrets. No Docker is needed.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { brokenRules, isPinned } from './compose-rules.mjs';
import { build, exec, root } from './exec.mjs';
import { alone } from './install.mjs';
import { createSteps } from './steps.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
const wrong = [];
const steps = createSteps();

function againstSchema(compose) {
  // The schema's formats (duration, ports) are Compose's own; nobody but Compose knows them.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  if (ajv.validate(JSON.parse(read('deploy/compose/compose-spec.json')), compose)) return [];
  return (ajv.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath.slice(1).replaceAll('/', '.')} ${message}`,
  );
}

function baseImages() {
  const named = [...read('Dockerfile').matchAll(/^(?:ARG \w+_IMAGE=|FROM )(\S+)/gm)].map(([, name]) => name);
  const outside = named.filter((name) => name.includes(':') || name.includes('/'));
  return outside.filter((name) => !isPinned(name)).map((name) => `Dockerfile: ${name} has no exact version`);
}

/** What the gateway needs of the realm: without it nobody could sign in. */
function realm(gateway) {
  const {
    realm: name,
    clients,
    browserFlow,
    authenticationFlows,
  } = JSON.parse(read('deploy/compose/realm.json'));
  const client = clients.find(({ clientId }) => clientId === gateway.OIDC_CLIENT_ID);
  const levels = JSON.parse(client?.attributes['acr.loa.map'] ?? '{}');
  const mapper = (kind) =>
    client?.protocolMappers.find(({ protocolMapper }) => protocolMapper === kind)?.config;
  const wanted = {
    'its name ends the issuer': gateway.OIDC_ISSUER.endsWith(`/realms/${name}`),
    'it has the client of the gateway': client !== undefined,
    'the client has no secret in the repository': client?.secret === undefined,
    'the client may return to the gateway': client?.redirectUris.includes(
      `${gateway.PUBLIC_URL}/auth/callback`,
    ),
    'the client insists on PKCE': client?.attributes['pkce.code.challenge.method'] === 'S256',
    'access tokens are of the type at+jwt': client?.attributes['access.token.header.type.rfc9068'] === 'true',
    'it knows the levels of authentication': gateway.OIDC_ACR_VALUES.split(',').every((acr) => acr in levels),
    'weak sign-in is refused': gateway.OIDC_ACR_VALUES.split(',').includes(
      client?.attributes['minimum.acr.value'],
    ),
    'tokens say the level': mapper('oidc-acr-mapper')?.['id.token.claim'] === 'true',
    'tokens are for the API':
      mapper('oidc-audience-mapper')?.['included.custom.audience'] === gateway.API_AUDIENCE,
    'tokens say whose they are': mapper('oidc-sub-mapper')?.['access.token.claim'] === 'true',
    'its sign-in flow is there': authenticationFlows.some(({ alias }) => alias === browserFlow),
  };
  return Object.keys(wanted)
    .filter((rule) => !wanted[rule])
    .map((rule) => `deploy/compose/realm.json: it does not hold that ${rule}`);
}

/** Reads an environment as a program does; throws where the program would stop. */
async function readAs(name, program, environment) {
  const load = (file) => import(pathToFileURL(join(root, file)).href);
  const bus = await load('libs/bus/dist/index.js');
  if (program.endsWith('/migrate.js')) return bus.databaseUrlOf(bus.parseEnv(bus.databaseEnv, environment));
  if (program.startsWith('tools/')) {
    return (await load('tools/bus/dist/index.js')).toolConfigFromEnv(environment);
  }
  const config = `services/${name}/dist/config.js`;
  if (!existsSync(join(root, config))) return bus.loadConfig(name, environment);
  const [, loadConfig] = Object.entries(await load(config)).find(([key]) => /^load\w*Config$/.test(key));
  return loadConfig(environment);
}

/** Files that a container sees elsewhere than we do. */
function here(environment, secrets) {
  const places = { '/run/secrets/': `${secrets}/`, '/tmp/': `${secrets}/private/` };
  const place = (value) => String(value).replace(/^(\/run\/secrets\/|\/tmp\/)/, (folder) => places[folder]);
  return Object.fromEntries(Object.entries(environment ?? {}).map(([name, value]) => [name, place(value)]));
}

async function programs(compose, secrets) {
  const found = [];
  for (const [name, { image, command, environment }] of Object.entries(compose.services)) {
    const line = (command ?? []).join(' ');
    const [program] = /\b(services|tools)\/\S+\.js\b/.exec(line) ?? [];
    if (!image.startsWith('definitivedx:') || program === undefined) continue;
    const [, preload] = /--import \/app\/(\S+)/.exec(line) ?? [];
    const missing = [program, preload].filter((file) => file && !existsSync(join(root, file)));
    if (missing.length > 0) found.push(`${name} starts ${missing.join(', ')}, which is not built`);
    else {
      try {
        await readAs(name, program, here(environment, secrets));
      } catch (error) {
        found.push(`${name}: ${error.message}`);
      }
    }
  }
  return found;
}

/** Secrets as `npm run compose:secrets` makes them, for as long as `work` runs. */
async function withSecrets(work) {
  const folder = mkdtempSync(join(tmpdir(), 'definitivedx-compose-'));
  try {
    const made = await exec(process.execPath, ['tools/stack/dist/compose-secrets.js', folder]);
    if (made.code !== 0) return [`npm run compose:secrets fails:\n${made.output.trim()}`];
    // As the commands of `files` and `cases` do it: to a check of the form, one keyring is as good as the other.
    mkdirSync(join(folder, 'private'));
    copyFileSync(join(folder, 'files.keyring.json'), join(folder, 'private/keyring.json'));
    chmodSync(join(folder, 'private/keyring.json'), 0o600);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const notMade = (compose, folder) =>
  Object.values(compose.secrets)
    .map(({ file }) => file.replace('deploy/compose/secrets/', ''))
    .filter((name) => !existsSync(join(folder, name)))
    .map((name) => `npm run compose:secrets does not make ${name}`);

const compose = parse(read('docker-compose.yml'), { merge: true, maxAliasCount: -1 });
wrong.push(...againstSchema(compose), ...brokenRules(compose), ...baseImages());
wrong.push(...realm(compose.services.gateway.environment));
// Which addresses the gateway takes depends on it, from the moment its code is loaded.
process.env.NODE_ENV = compose.services.gateway.environment.NODE_ENV ?? 'production';
const built = await alone(steps, build);
if (built.code !== 0) wrong.push(`The build failed:\n${built.output.trim()}`);
else {
  wrong.push(
    ...(await withSecrets(async (folder) => {
      const missing = notMade(compose, folder);
      if (missing.length > 0) return missing;
      return programs(compose, folder);
    })),
  );
}
for (const line of wrong) console.log(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
