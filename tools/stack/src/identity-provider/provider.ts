import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { page } from '../html.js';
import { personBySubject, type People } from './people.js';
import { Store } from './store.js';

export const clientId = 'definitivedx-gateway';
/** The scope of the API's access tokens. */
const apiScope = 'api';

export interface ProviderOptions {
  readonly issuer: string;
  /** The gateway's public address: sign-in returns to its `/auth/callback`. */
  readonly publicUrl: string;
  /** How the gateway proves who it is: by a secret, or by its key when absent. */
  readonly clientSecret?: string;
  readonly people: People;
  /** The audience of access tokens. */
  readonly audience: string;
  readonly stateDir: string;
}

interface Keys {
  readonly jwks: { keys: JWK[] };
  readonly cookieKey: string;
}

/** The provider's own keys, kept so that sessions and tokens outlive a restart. */
async function ensureKeys(file: string): Promise<Keys> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `idp-${randomBytes(4).toString('hex')}`;
    const keys: Keys = {
      jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] },
      cookieKey: randomBytes(32).toString('base64url'),
    };
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Keys;
}

/** How strongly the person whose code or refresh token is being exchanged has signed in. */
const signInStrength = (ctx: KoaContextWithOIDC): string | undefined =>
  ctx.oidc.entities.AuthorizationCode?.acr ?? ctx.oidc.entities.RefreshToken?.acr;

/** Signing in is agreeing: the one client is our own, so there is no page that asks to let it in. */
async function grantEverything(ctx: KoaContextWithOIDC, audience: string) {
  const { client, session, result, provider } = ctx.oidc;
  if (!client || !session?.accountId) return undefined;
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const existing = known ? await provider.Grant.find(known) : undefined;
  if (existing) return existing;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile email offline_access');
  grant.addResourceScope(audience, apiScope);
  await grant.save();
  return grant;
}

const clientAuthentication = ({ clientSecret, publicUrl }: ProviderOptions) =>
  clientSecret === undefined
    ? ({
        jwks_uri: `${publicUrl}/.well-known/jwks.json`,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
      } as const)
    : ({ client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_basic' } as const);

/** `fetch` with the provider's own guard against addresses inside the network, except towards the gateway. */
const fetchFor =
  (publicUrl: string): typeof fetch =>
  (url, init = {}) => {
    const { dispatcher: _guard, ...unguarded } = init;
    return fetch(url, new Request(url).url.startsWith(`${publicUrl}/`) ? unguarded : init);
  };

function configuration(options: ProviderOptions, keys: Keys, store: Store): Configuration {
  // Cookies of one host are shared by all its ports: the names must not meet the gateway's, nor the other issuer's.
  const cookies = `ddx_idp_${new URL(options.issuer).port}`;
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, path: '/' } as const;
  return {
    adapter: (model) => store.adapter(model),
    clients: [
      {
        client_id: clientId,
        ...clientAuthentication(options),
        redirect_uris: [`${options.publicUrl}/auth/callback`],
        post_logout_redirect_uris: [
          options.publicUrl,
          `${options.publicUrl}/`,
          `${options.publicUrl}/auth/signed-out`,
        ],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        backchannel_logout_uri: `${options.publicUrl}/auth/back-channel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: keys.jwks,
    // The provider asks no address inside the network; of the gateway, which is on this machine, it has to.
    fetch: fetchFor(options.publicUrl),
    cookies: {
      keys: [keys.cookieKey],
      long: cookie,
      short: cookie,
      names: {
        session: `${cookies}_session`,
        interaction: `${cookies}_interaction`,
        resume: `${cookies}_resume`,
      },
    },
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub', 'acr', 'auth_time'], profile: ['name'], email: ['email', 'email_verified'] },
    // CIS2 is asked for AAL2_OR_AAL3_ANY and answers with the level that was reached.
    acrValues: ['AAL1', 'AAL2', 'AAL3', 'AAL2_OR_AAL3_ANY'],
    conformIdTokenClaims: false,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, subject) => {
      const person = personBySubject(options.people, subject);
      if (!person) return undefined;
      const { name, email } = person;
      return { accountId: subject, claims: () => ({ sub: subject, name, email, email_verified: true }) };
    },
    loadExistingGrant: (ctx) => grantEverything(ctx, options.audience),
    extraTokenClaims: (ctx) => {
      const acr = signInStrength(ctx);
      return acr === undefined ? undefined : { acr };
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: apiScope,
          audience: options.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 15 * 60,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          // The form has a token but no button of its own; it is sent by the button's `form` attribute.
          const button =
            '<button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>';
          ctx.body = page('Sign out of the demo?', `${form}${button}`);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = page('You are signed out', '<p>You can close this page.</p>');
        },
      },
    },
    ttl: {
      AccessToken: 15 * 60,
      AuthorizationCode: 60,
      Grant: 14 * 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    renderError: (ctx, out) => {
      ctx.type = 'json';
      ctx.body = JSON.stringify(out);
    },
  };
}

/** The development identity provider, and what it must write down before it ends. */
export async function createProvider(
  options: ProviderOptions,
): Promise<{ provider: Provider; store: Store }> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const keys = await ensureKeys(join(options.stateDir, 'keys.json'));
  const store = new Store(join(options.stateDir, 'store.json'));
  return { provider: new Provider(options.issuer, configuration(options, keys, store)), store };
}
