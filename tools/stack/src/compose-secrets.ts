// `npm run compose:secrets`: makes what docker-compose.yml mounts as secrets. Repeatable: what is there is kept.
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { explain } from '../../bootstrap/steps.mjs';
import { people } from './identity-provider/people.js';
import { keyVariable } from './nats.js';
import { inRepository } from './repository.js';
import { ensureSecrets, once, token, write } from './secrets.js';

/** Nobody in Keycloak signs in weakly: it asks everyone for a second factor. */
const strongPeople = people.filter(({ acr }) => acr === 'AAL2');

interface Realm {
  readonly clients: readonly { readonly clientId: string }[];
}

/** The realm that Keycloak imports, with the gateway's secret and the people. */
function realmWith(clientSecret: string, password: string): string {
  const realm = JSON.parse(readFileSync(inRepository('deploy/compose/realm.json'), 'utf8')) as Realm;
  const users = strongPeople.map(({ key, subject, name, email }) => {
    // Keycloak takes no parentheses in a name, and wants two of them.
    const [firstName = '', ...lastName] = name.replaceAll(/[()]/g, '').split(' ');
    return {
      id: subject,
      username: key,
      enabled: true,
      email,
      emailVerified: true,
      firstName,
      lastName: lastName.join(' '),
      credentials: [{ type: 'password', value: password, temporary: false }],
    };
  });
  const clients = realm.clients.map((client) => ({ ...client, secret: clientSecret }));
  return `${JSON.stringify({ ...realm, clients, users }, null, 2)}\n`;
}

async function makeSecrets(dir: string): Promise<void> {
  const secrets = await ensureSecrets(dir);
  const at = (name: string): string => join(dir, name);
  await once(at('postgres-password'), token);
  const keycloakPassword = await once(at('keycloak.database-password'), token);
  const demoPassword = await once(at('demo-password'), token);
  await once(at('files.s3-access-key'), token);
  await once(at('files.s3-secret-key'), token);
  await once(at('files.keyring.json'), () =>
    JSON.stringify({ current: 'first', keys: { first: randomBytes(32).toString('base64') } }),
  );
  write(at('keycloak.conf'), `db-password=${keycloakPassword}\n`);
  write(at('realm.json'), realmWith(readFileSync(secrets.oidcClientSecretFile, 'utf8').trim(), demoPassword));
  const keys = Object.entries(secrets.natsPublicKey).map(([name, key]) => `${keyVariable(name)}=${key}\n`);
  write(at('nats.env'), keys.join(''));
  // Compose mounts a file with its owner and mode, and the programs in the containers run as users that this machine
  // does not know. Other people of this machine are kept out by the folder.
  for (const name of readdirSync(dir)) chmodSync(at(name), 0o444);
}

try {
  const dir = resolve(process.argv[2] ?? inRepository('deploy/compose/secrets'));
  await makeSecrets(dir);
  console.log(
    `The secrets are in ${dir}. Keep the folder to yourself.\n` +
      `The demo people (${strongPeople.map(({ key }) => key).join(', ')}) sign in with the password in ${join(dir, 'demo-password')}.`,
  );
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
