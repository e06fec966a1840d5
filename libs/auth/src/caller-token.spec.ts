import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from 'jose';
import { CallerSigner, CallerVerifier } from './caller-token.js';

const memberId = '01890000-0000-7000-8000-000000000001';
const claims = {
  memberId,
  organisationId: memberId,
  roles: ['clinician' as const],
  consented: true,
  sessionId: 's',
};

async function keyOf(kid: string): Promise<{ jwk: JWK; publicJwk: JWK; privateKey: CryptoKey }> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const shared = { kid, alg: 'EdDSA' };
  return {
    privateKey,
    jwk: { ...(await exportJWK(privateKey)), ...shared },
    publicJwk: { ...(await exportJWK(publicKey)), ...shared },
  };
}

let gateway: Awaited<ReturnType<typeof keyOf>>;
let cases: Awaited<ReturnType<typeof keyOf>>;
let verifier: CallerVerifier;

beforeAll(async () => {
  gateway = await keyOf('gateway-1');
  cases = await keyOf('cases-1');
  verifier = new CallerVerifier({ keys: [gateway.publicJwk, cases.publicJwk] });
});

const refused = (token: string) =>
  expect(verifier.verify(token)).rejects.toMatchObject({ code: 'not-signed-in' });

/** A token that is right in every way but what the test changes. */
const token = (
  change: {
    header?: object;
    payload?: object;
    audience?: string;
    issuer?: string;
    expires?: string;
    notBefore?: string;
  } = {},
) => {
  const jwt = new SignJWT({
    kind: 'member',
    org: memberId,
    roles: [],
    consented: true,
    sid: 's',
    ...change.payload,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'caller+jwt', kid: 'gateway-1', ...change.header })
    .setIssuer(change.issuer ?? 'gateway')
    .setSubject(memberId)
    .setAudience(change.audience ?? 'definitivedx-bus')
    .setExpirationTime(change.expires ?? '60s');
  if (change.notBefore) jwt.setNotBefore(change.notBefore);
  return jwt.sign(gateway.privateKey);
};

describe('a caller token', () => {
  it('of a member, signed by the gateway, is that member', async () => {
    const member = await new CallerSigner('gateway', gateway.jwk).member(claims);
    await expect(verifier.verify(member.token)).resolves.toEqual(member);
  });

  it('of a service is that service', async () => {
    const self = await new CallerSigner('cases', cases.jwk).self();
    await expect(verifier.verify(self.token)).resolves.toEqual(self);
  });

  it('made by the test as the gateway makes them is accepted, so that the refusals below mean something', async () => {
    await expect(verifier.verify(await token())).resolves.toMatchObject({ kind: 'member', memberId });
  });

  it('of a member signed by any other service is refused', async () => {
    const member = await new CallerSigner('cases', cases.jwk).member(claims);
    await refused(member.token);
  });

  it('whose issuer is not the owner of the key is refused', async () => {
    await refused(await token({ issuer: 'access' }));
  });

  it.each([
    ['for another audience', { audience: 'other' }],
    ['of another type', { header: { typ: 'at+jwt' } }],
    ['that has expired', { expires: '-1s' }],
    ['that is not yet valid', { notBefore: '60s' }],
    ['with an unknown key id', { header: { kid: 'gateway-2' } }],
    ['with a role that does not exist', { payload: { roles: ['root'] } }],
  ])('%s is refused', async (_what, change) => {
    await refused(await token(change));
  });

  it('that is not signed, or signed with the public key as a shared secret, is refused', async () => {
    await refused(new UnsecuredJWT({ kind: 'service' }).setIssuer('cases').setSubject('cases').encode());
    const secret = new TextEncoder().encode(JSON.stringify(gateway.publicJwk));
    const confused = new SignJWT({ kind: 'service' }).setProtectedHeader({
      alg: 'HS256',
      typ: 'caller+jwt',
      kid: 'gateway-1',
    });
    await refused(
      await confused.setIssuer('gateway').setSubject('gateway').setExpirationTime('60s').sign(secret),
    );
  });

  it('that is absent or nonsense is refused', async () => {
    await refused('');
    await refused('a.b.c');
  });
});
