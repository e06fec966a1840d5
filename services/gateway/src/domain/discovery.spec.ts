import { describe, expect, it } from '@jest/globals';
import { documentUrl, readDiscovery } from './discovery.js';

const issuer = 'https://id.trust.invalid/realms/staff';
const good = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code', 'id_token'],
  grant_types_supported: ['authorization_code'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  code_challenge_methods_supported: ['S256'],
};
const expectation = {
  discoveryUrl: `${issuer}/.well-known/openid-configuration`,
  authentication: 'private_key_jwt',
  allowHttp: false,
} as const;

const wrongOf = (value: unknown, expected: Partial<Parameters<typeof readDiscovery>[1]> = {}): string => {
  const read = readDiscovery(value, { ...expectation, ...expected });
  return 'wrong' in read ? read.wrong.join('; ') : '';
};

describe('a discovery document', () => {
  it.each([
    ['below the issuer', { ...good }, expectation.discoveryUrl],
    ['given as the issuer itself', { ...good }, issuer],
    [
      'in the way of RFC 8414',
      { ...good },
      'https://id.trust.invalid/.well-known/oauth-authorization-server/realms/staff',
    ],
    [
      'of an issuer that writes its port',
      { ...good, issuer: 'https://am.invalid:443/openam' },
      'https://am.invalid:443/openam/.well-known/openid-configuration',
    ],
    [
      'that leaves out what has a default',
      {
        issuer,
        authorization_endpoint: good.authorization_endpoint,
        token_endpoint: good.token_endpoint,
        jwks_uri: good.jwks_uri,
      },
      expectation.discoveryUrl,
    ],
  ])('is taken %s', (_what, value, discoveryUrl) => {
    expect(wrongOf(value, { discoveryUrl })).toBe('');
  });

  it.each([
    ['of another issuer', { ...good, issuer: 'https://other.invalid' }, /another issuer/],
    ['of an issuer that only resembles', { ...good, issuer: issuer.toUpperCase() }, /another issuer/],
    [
      'of an issuer with another port written',
      { ...good, issuer: issuer.replace('.invalid', '.invalid:443') },
      /another issuer/,
    ],
    ['of every tenant', { ...good, issuer: 'https://id.trust.invalid/{tenantid}/staff' }, /another issuer/],
    ['without keys', { ...good, jwks_uri: undefined }, /"jwks_uri"/],
    [
      'with keys over http',
      { ...good, jwks_uri: 'http://id.trust.invalid/jwks' },
      /"jwks_uri" without https/,
    ],
    [
      'with a token endpoint over http',
      { ...good, token_endpoint: 'http://id.trust.invalid/t' },
      /"token_endpoint" without https/,
    ],
    [
      'with an endpoint that is no address',
      { ...good, authorization_endpoint: '/auth' },
      /"authorization_endpoint"/,
    ],
    ['without the code flow', { ...good, response_types_supported: ['id_token'] }, /code flow/],
    ['without its grant', { ...good, grant_types_supported: ['implicit'] }, /code flow/],
    ['without PKCE', { ...good, code_challenge_methods_supported: ['plain'] }, /PKCE/],
    [
      'without our way to prove who we are',
      { ...good, token_endpoint_auth_methods_supported: ['client_secret_post'] },
      /private_key_jwt/,
    ],
    ['that is a list', [], /not a discovery document/],
    ['that is nothing', null, /not a discovery document/],
  ])('is refused %s', (_what, value, expected) => {
    expect(wrongOf(value)).toMatch(expected);
  });

  it('may come over http on one’s own machine only', () => {
    const http = JSON.parse(JSON.stringify(good).replaceAll('https:', 'http:')) as unknown;
    const discoveryUrl = expectation.discoveryUrl.replace('https:', 'http:');
    expect(wrongOf(http, { discoveryUrl, allowHttp: true })).toBe('');
    expect(wrongOf(http, { discoveryUrl })).toMatch(/without https/);
  });

  it('lies below its issuer', () => {
    expect(documentUrl('https://id.invalid/')).toBe('https://id.invalid/.well-known/openid-configuration');
    expect(documentUrl(expectation.discoveryUrl)).toBe(expectation.discoveryUrl);
  });
});
