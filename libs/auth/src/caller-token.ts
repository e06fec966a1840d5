import { createLocalJWKSet, importJWK, jwtVerify, SignJWT, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { AppError } from '@definitivedx/errors';
import { id, principals, role, scope, type Principal } from '@definitivedx/contracts';
import type { Caller, ClientCaller, MemberCaller, ServiceCaller } from './caller.js';

const audience = 'definitivedx-bus';
const tokenType = 'caller+jwt';

/** Long enough to be cached for 60 s and still travel through a slow command; short enough to matter little if it leaks. */
const lifetimeSeconds = 90;

const claims = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('member'),
    sub: id,
    org: id,
    roles: z.array(role),
    consented: z.boolean(),
    sid: z.string(),
    from: z.string().optional(),
    exp: z.number(),
  }),
  z.object({
    kind: z.literal('client'),
    sub: id,
    org: id,
    scopes: z.array(scope),
    from: z.string().optional(),
    exp: z.number(),
  }),
  z.object({ kind: z.literal('service'), sub: z.enum(principals), exp: z.number() }),
]);

/** Signs caller tokens with a principal's own Ed25519 key (`kid` begins with the principal's name). */
export class CallerSigner {
  private readonly key: Promise<Awaited<ReturnType<typeof importJWK>>>;
  private own: { caller: ServiceCaller; renewAt: number } | undefined;

  constructor(
    readonly principal: Principal,
    private readonly privateJwk: JWK,
  ) {
    this.key = importJWK(privateJwk, 'EdDSA');
  }

  /** A caller for a person whose sign-in was just verified. Verifiers accept it from the gateway alone. */
  async member(claim: Omit<MemberCaller, 'kind' | 'token'>): Promise<MemberCaller> {
    const token = await this.sign(claim.memberId, {
      kind: 'member',
      org: claim.organisationId,
      roles: claim.roles,
      consented: claim.consented,
      sid: claim.sessionId,
      from: claim.from,
    });
    return { kind: 'member', ...claim, token };
  }

  /** A caller for an organisation's program whose token was just verified; the gateway's alone, too. */
  async client(claim: Omit<ClientCaller, 'kind' | 'token'>): Promise<ClientCaller> {
    const { clientId, organisationId, scopes, from } = claim;
    const token = await this.sign(clientId, { kind: 'client', org: organisationId, scopes, from });
    return { kind: 'client', ...claim, token };
  }

  /** This principal acting by itself; signed anew a minute at a time. */
  async self(): Promise<ServiceCaller> {
    if (this.own && Date.now() < this.own.renewAt) return this.own.caller;
    const token = await this.sign(this.principal, { kind: 'service' });
    const caller: ServiceCaller = { kind: 'service', service: this.principal, token };
    this.own = { caller, renewAt: Date.now() + 60_000 };
    return caller;
  }

  private async sign(subject: string, payload: Record<string, unknown>): Promise<string> {
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'EdDSA', typ: tokenType, kid: this.privateJwk.kid ?? '' })
      .setIssuer(this.principal)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${String(lifetimeSeconds)}s`)
      .sign(await this.key);
  }
}

/** Verifies caller tokens against the public keys of all principals; remembers each until it expires. */
export class CallerVerifier {
  private readonly keys: ReturnType<typeof createLocalJWKSet>;
  private readonly known = new Map<string, { caller: Caller; expiresAt: number }>();

  constructor(jwks: JSONWebKeySet) {
    this.keys = createLocalJWKSet(jwks);
  }

  /** @throws AppError `not-signed-in` for anything but a valid, unexpired token signed by whom it says. */
  async verify(token: string | undefined): Promise<Caller> {
    if (!token) throw notSignedIn();
    const known = this.known.get(token);
    if (known && known.expiresAt > Date.now()) return known.caller;
    const verified = await this.verifyAnew(token);
    this.remember(token, verified);
    return verified.caller;
  }

  private async verifyAnew(token: string): Promise<{ caller: Caller; expiresAt: number }> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        algorithms: ['EdDSA'],
        audience,
        typ: tokenType,
      });
      const claim = claims.parse(payload);
      const issuer = z.enum(principals).parse(payload.iss);
      // The key decides who signed; the issuer claim is only believed when it names that key's owner.
      if (!protectedHeader.kid?.startsWith(`${issuer}-`)) throw notSignedIn();
      if (claim.kind === 'service' ? claim.sub !== issuer : issuer !== 'gateway') throw notSignedIn();
      return { caller: toCaller(claim, token), expiresAt: claim.exp * 1000 };
    } catch (error) {
      throw notSignedIn(error);
    }
  }

  private remember(token: string, entry: { caller: Caller; expiresAt: number }): void {
    if (this.known.size >= 10_000) {
      const now = Date.now();
      for (const [key, value] of this.known) if (value.expiresAt <= now) this.known.delete(key);
      if (this.known.size >= 10_000) this.known.clear();
    }
    this.known.set(token, entry);
  }
}

function toCaller(claim: z.output<typeof claims>, token: string): Caller {
  if (claim.kind === 'service') return { kind: 'service', service: claim.sub, token };
  if (claim.kind === 'client') {
    const { sub: clientId, org: organisationId, scopes, from } = claim;
    return { kind: 'client', clientId, organisationId, scopes, from, token };
  }
  return {
    kind: 'member',
    memberId: claim.sub,
    organisationId: claim.org,
    roles: claim.roles,
    consented: claim.consented,
    sessionId: claim.sid,
    from: claim.from,
    token,
  };
}

const notSignedIn = (cause?: unknown): AppError =>
  new AppError('not-signed-in', 'Please sign in again.', cause === undefined ? {} : { cause });
