import { scopes as known, type Scope } from '@definitivedx/contracts';

/** The errors of RFC 6749, section 5.2, that this endpoint gives. */
export type OAuthErrorCode =
  'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope';

/** A refusal in the terms of OAuth: what its client libraries decide on, and a sentence for people. */
export class OAuthError extends Error {
  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
  ) {
    super(description);
  }

  get status(): 400 | 401 {
    return this.code === 'invalid_client' ? 401 : 400;
  }
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const longestAssertion = 8_192;

/** A request for a token whose form is right; nothing in it is believed yet. */
export interface TokenRequest {
  readonly assertion: string;
  readonly clientId: string | undefined;
  readonly scope: string | undefined;
}

/** Reads the form of a token request. @throws OAuthError */
export function tokenRequestFrom(form: URLSearchParams): TokenRequest {
  // RFC 6749, section 3.2: no parameter twice, and an empty one is an absent one.
  const value = (name: string): string | undefined => {
    const values = form.getAll(name);
    if (values.length > 1) throw new OAuthError('invalid_request', `Send ${name} once.`);
    return values[0] === '' ? undefined : values[0];
  };
  const grantType = value('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'Send grant_type=client_credentials.');
  if (grantType !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'The only grant here is client_credentials.');
  }
  if (form.has('client_secret')) {
    throw new OAuthError(
      'invalid_client',
      'Programs sign a client_assertion here; there are no client secrets.',
    );
  }
  const assertion = value('client_assertion');
  if (value('client_assertion_type') !== assertionType || assertion === undefined) {
    throw new OAuthError(
      'invalid_client',
      `Send client_assertion, and client_assertion_type=${assertionType}.`,
    );
  }
  if (assertion.length > longestAssertion)
    throw new OAuthError('invalid_client', 'The client_assertion is too long.');
  return { assertion, clientId: value('client_id'), scope: value('scope') };
}

const isScope = (word: string): word is Scope => (known as readonly string[]).includes(word);

/**
 * The scopes a token is given: those asked for, or all that the program has.
 * @throws OAuthError `invalid_scope` for any that it does not have.
 */
export function scopesFor(asked: string | undefined, allowed: readonly Scope[]): Scope[] {
  if (asked === undefined) return [...allowed];
  const words = [...new Set(asked.split(' ').filter((word) => word !== ''))];
  const scopes = words.filter(isScope).filter((scope) => allowed.includes(scope));
  if (words.length === 0 || scopes.length < words.length) {
    throw new OAuthError('invalid_scope', `This program may ask for: ${allowed.join(' ')}.`);
  }
  return scopes;
}

/** What a key may sign with; a key that names an algorithm signs with that one alone. */
export function algorithmsOf(jwk: Readonly<Record<string, unknown>>): readonly string[] {
  const { kty, crv, alg } = jwk;
  if (typeof alg === 'string') return alg === 'Ed25519' || alg === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [alg];
  if (kty === 'RSA') return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'];
  if (kty === 'EC') return crv === 'P-256' ? ['ES256'] : ['ES384'];
  return ['EdDSA', 'Ed25519'];
}

/** All of them, for the metadata. */
export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
] as const;
