import type { Issue } from '@definitivedx/errors';
import { z } from 'zod';

const texts = z.array(z.string());

/** As much of a discovery document (OpenID Connect Discovery, RFC 8414) as is relied on. */
const document = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  response_types_supported: texts.optional(),
  grant_types_supported: texts.optional(),
  token_endpoint_auth_methods_supported: texts.optional(),
  code_challenge_methods_supported: texts.optional(),
  end_session_endpoint: z.string().optional(),
  userinfo_endpoint: z.string().optional(),
});
export type DiscoveryDocument = z.output<typeof document>;

const suffix = '/.well-known/openid-configuration';

/** Where the discovery document is: at the address itself, or below an issuer. */
export const documentUrl = (discoveryUrl: string): string =>
  discoveryUrl.includes('/.well-known/') ? discoveryUrl : `${discoveryUrl.replace(/\/$/, '')}${suffix}`;

/** The issuers that may publish their document there (OpenID Connect Discovery 4.3, RFC 8414 3.3), as text. */
function issuersOf(discoveryUrl: string): string[] {
  const below = /^(.*)\/\.well-known\/openid-configuration$/.exec(discoveryUrl)?.[1];
  if (below !== undefined) return [below, `${below}/`];
  const inserted =
    /^(https?:\/\/[^/]+)\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(\/.*)?$/.exec(
      discoveryUrl,
    );
  if (inserted) return [`${inserted[1] ?? ''}${inserted[2] ?? ''}`];
  return [discoveryUrl];
}

interface Expectation {
  readonly discoveryUrl: string;
  /** How we prove who we are at its token endpoint. */
  readonly authentication: 'private_key_jwt' | 'client_secret_basic' | 'none';
  /** Whether plain http will do: on one's own machine only. */
  readonly allowHttp: boolean;
}

const isWebAddress = (address: string, allowHttp: boolean): boolean =>
  URL.canParse(address) && (address.startsWith('https://') || (allowHttp && address.startsWith('http://')));

/** What has to be true of the document; a sentence for each that is not. */
function shortcomings(
  found: DiscoveryDocument,
  { discoveryUrl, authentication, allowHttp }: Expectation,
): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(sentence);
  };
  must(
    issuersOf(discoveryUrl).includes(found.issuer),
    'is the document of another issuer: its "issuer" must be the address that the document lies below, letter by letter',
  );
  const endpoints = [
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'end_session_endpoint',
    'userinfo_endpoint',
  ] as const;
  for (const name of endpoints) {
    const address = found[name];
    must(address === undefined || isWebAddress(address, allowHttp), `says "${name}" without https`);
  }
  const { response_types_supported: responses, grant_types_supported: grants } = found;
  must(
    (responses?.includes('code') ?? true) && (grants?.includes('authorization_code') ?? true),
    'does not offer the authorization code flow: response type "code", grant type "authorization_code"',
  );
  must(found.code_challenge_methods_supported?.includes('S256') ?? true, 'does not offer PKCE with S256');
  must(
    authentication === 'none' ||
      (found.token_endpoint_auth_methods_supported?.includes(authentication) ?? true),
    `does not offer ${authentication} at its token endpoint`,
  );
  return wrong;
}

/**
 * Reads a discovery document.
 * @returns the document, or what is wrong with it.
 */
export function readDiscovery(
  value: unknown,
  expectation: Expectation,
): { readonly document: DiscoveryDocument } | { readonly wrong: string[] } {
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].filter(Boolean);
    return {
      wrong: [
        fields.length === 0
          ? 'is not a discovery document'
          : `is not a whole discovery document: ${fields
              .slice(0, 10)
              .map((field) => `"${field}"`)
              .join(', ')}`,
      ],
    };
  }
  const wrong = shortcomings(parsed.data, expectation);
  return wrong.length === 0 ? { document: parsed.data } : { wrong };
}

/** The shortcomings, as issues of one field of a form. */
export const issuesOf = (path: string, wrong: readonly string[]): Issue[] =>
  wrong.map((message) => ({ path, message }));
