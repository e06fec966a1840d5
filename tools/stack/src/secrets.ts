import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { principals, services, type Principal, type ServiceName } from '@definitivedx/contracts';
import { createUser, fromSeed } from '@nats-io/nkeys';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** Where the secrets of one system lie. All files may be read by their owner only. */
export interface Secrets {
  readonly dir: string;
  /** Password of each service's database role. */
  readonly databasePassword: Readonly<Record<ServiceName, string>>;
  /** The public NATS key of each principal; its seed is in `seedFile`. */
  readonly natsPublicKey: Readonly<Record<Principal, string>>;
  seedFile(principal: Principal): string;
  /** Ed25519 private key (JWK) with which a principal signs caller tokens. */
  callerKeyFile(principal: Principal): string;
  /** The public halves of all of them. */
  readonly callerJwksFile: string;
  readonly oidcClientSecretFile: string;
  /** The key pairs by which organisations' issuers know the gateway. */
  readonly gatewayKeyFile: string;
  /** The keys that the keys of files are wrapped under. */
  readonly filesKeyringFile: string;
  readonly draftsKeyringFile: string;
  /** Ed25519 private key (JWK) that the tree heads of the audit are signed with. */
  readonly auditKeyFile: string;
}

/** Writes a secret that only its owner can read. */
export function write(file: string, content: string): void {
  // Whole or not at all: a half-written key would be taken for a key by the next start.
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Reads a secret, which is made first when it is not there. */
export async function once(file: string, make: () => string | Promise<string>): Promise<string> {
  if (!existsSync(file)) write(file, await make());
  return readFileSync(file, 'utf8').trim();
}

/** 32 random bytes, base64url. */
export const token = (): string => randomBytes(32).toString('base64url');

/** @param owner begins the key's id, which tells whose signature it makes */
async function signingKey(owner: Principal | 'audit'): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const kid = `${owner}-${randomBytes(4).toString('hex')}`;
  return JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'EdDSA', use: 'sig' });
}

async function gatewayKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = `gateway-${randomBytes(4).toString('hex')}`;
  return JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] });
}

function keyring(): string {
  const id = `kek-${randomBytes(4).toString('hex')}`;
  return JSON.stringify({ current: id, keys: { [id]: randomBytes(32).toString('base64') } }, null, 2);
}

function publicHalf(key: string): JWK {
  const { d: _private, ...rest } = JSON.parse(key) as JWK;
  return rest;
}

/** Reads the secrets in a folder; those that are missing are generated first. */
export async function ensureSecrets(dir: string): Promise<Secrets> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const at = (name: string): string => join(dir, name);
  const seedFile = (principal: Principal): string => at(`${principal}.nk`);
  const callerKeyFile = (principal: Principal): string => at(`${principal}.caller.jwk.json`);

  const databasePassword: Partial<Record<ServiceName, string>> = {};
  for (const service of services)
    databasePassword[service] = await once(at(`${service}.database-password`), token);

  const natsPublicKey: Partial<Record<Principal, string>> = {};
  const keys: JWK[] = [];
  for (const principal of principals) {
    const seed = await once(seedFile(principal), () => new TextDecoder().decode(createUser().getSeed()));
    natsPublicKey[principal] = fromSeed(new TextEncoder().encode(seed)).getPublicKey();
    keys.push(publicHalf(await once(callerKeyFile(principal), () => signingKey(principal))));
  }
  const callerJwksFile = at('callers.jwks.json');
  const jwks = JSON.stringify({ keys }, null, 2);
  if (!existsSync(callerJwksFile) || readFileSync(callerJwksFile, 'utf8') !== jwks)
    write(callerJwksFile, jwks);

  const oidcClientSecretFile = at('oidc-client-secret');
  await once(oidcClientSecretFile, token);
  const gatewayKeyFile = at('gateway.keys.jwk.json');
  await once(gatewayKeyFile, gatewayKeys);
  const filesKeyringFile = at('files.keyring.json');
  await once(filesKeyringFile, keyring);
  const draftsKeyringFile = at('drafts.keyring.json');
  await once(draftsKeyringFile, keyring);
  const auditKeyFile = at('audit.jwk.json');
  await once(auditKeyFile, () => signingKey('audit'));

  return {
    dir,
    databasePassword: databasePassword as Record<ServiceName, string>,
    natsPublicKey: natsPublicKey as Record<Principal, string>,
    seedFile,
    callerKeyFile,
    callerJwksFile,
    oidcClientSecretFile,
    gatewayKeyFile,
    filesKeyringFile,
    draftsKeyringFile,
    auditKeyFile,
  };
}
