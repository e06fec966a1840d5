import { invalidInput, type AppError, type Issue } from '@definitivedx/errors';

/** A public key of ours to keep: the members that make it up, its id, and its algorithm when it names one. */
export type PublicJwk = Readonly<Record<string, string>> & { readonly kty: string; readonly kid: string };

const base64url = /^[A-Za-z0-9_-]+$/;
/** Members that only a private or a shared key has. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

interface Kind {
  /** What makes up the public key, in the order of RFC 7638. */
  readonly members: readonly string[];
  readonly algorithms: readonly string[];
  /** What is wrong with it, in a sentence. */
  readonly wrong: (jwk: Readonly<Record<string, unknown>>) => string | undefined;
}

const rsa: Kind = {
  members: ['e', 'kty', 'n'],
  algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  wrong: ({ n, e }) => {
    const bits = bitsOf(n);
    if (bits < 2_048) return 'is an RSA key of less than 2048 bits. Make a longer one.';
    if (bits > 8_192) return 'is an RSA key of more than 8192 bits. Make a shorter one.';
    return e === 'AQAB' ? undefined : 'has an unusual exponent. Use 65537 (AQAB).';
  },
};

const elliptic = (bytes: number, algorithm: string): Kind => ({
  members: ['crv', 'kty', 'x', 'y'],
  algorithms: [algorithm],
  wrong: ({ x, y }) =>
    bytesOf(x) === bytes && bytesOf(y) === bytes ? undefined : 'has coordinates of a wrong length.',
});

const ed25519: Kind = {
  members: ['crv', 'kty', 'x'],
  algorithms: ['EdDSA', 'Ed25519'],
  wrong: ({ x }) => (bytesOf(x) === 32 ? undefined : 'has a coordinate of a wrong length.'),
};

const kinds: Readonly<Record<string, Kind>> = {
  RSA: rsa,
  'EC P-256': elliptic(32, 'ES256'),
  'EC P-384': elliptic(48, 'ES384'),
  'OKP Ed25519': ed25519,
};

const kindOf = ({ kty, crv }: Readonly<Record<string, unknown>>): Kind | undefined => {
  const name = kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`;
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
};

function bytesOf(value: unknown): number {
  return typeof value === 'string' && base64url.test(value) ? Math.floor((value.length * 3) / 4) : 0;
}

/** Bits of a number in base64url; a leading zero byte does not make it longer. */
function bitsOf(value: unknown): number {
  return typeof value === 'string' ? bytesOf(value.replace(/^A+/, '')) * 8 : 0;
}

/**
 * The keys of a set that a program signs with, reduced to what is public about them.
 * @returns an AppError `invalid-input` that names each key that cannot serve, and why.
 */
export function publicKeys(
  keys: readonly Readonly<Record<string, unknown>>[],
  path = 'jwks.keys',
): readonly PublicJwk[] | AppError {
  const issues: Issue[] = keys.flatMap((jwk, place) => {
    const wrong = whatIsWrong(jwk) ?? (repeats(keys, place) ? 'has the kid of another one.' : undefined);
    return wrong === undefined
      ? []
      : [{ path: `${path}.${String(place)}`, message: `Key ${String(place + 1)} ${wrong}` }];
  });
  if (issues.length > 0)
    return invalidInput('These keys cannot serve. Please correct the ones named.', issues);
  return keys.map(reduced);
}

function whatIsWrong(jwk: Readonly<Record<string, unknown>>): string | undefined {
  if (privateMembers.some((member) => Object.hasOwn(jwk, member))) {
    return 'holds its private part. Send only the public one, and make a new key: this one has been shown to us.';
  }
  const { kid, use, alg } = jwk;
  if (typeof kid !== 'string' || !/^[!-~]{1,100}$/.test(kid)) {
    return 'has no usable kid. Give each key one of 1 to 100 letters, digits or signs.';
  }
  const kind = kindOf(jwk);
  if (!kind) return 'is of a kind that is not taken. Use RSA, EC P-256, EC P-384 or Ed25519.';
  if (use !== undefined && use !== 'sig') return 'is not for signing. Leave `use` out, or set it to sig.';
  if (alg !== undefined && !(typeof alg === 'string' && kind.algorithms.includes(alg))) {
    return `names an algorithm that does not go with it. Use one of ${kind.algorithms.join(', ')}.`;
  }
  return kind.wrong(jwk);
}

const repeats = (keys: readonly Readonly<Record<string, unknown>>[], place: number): boolean =>
  keys.findIndex(({ kid }) => kid === keys[place]?.['kid']) !== place;

function reduced(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  const kept = [...(kindOf(jwk)?.members ?? []), 'kid', 'alg'];
  return Object.fromEntries(
    kept.flatMap((name) => (typeof jwk[name] === 'string' ? [[name, jwk[name]]] : [])),
  ) as PublicJwk;
}

/** What RFC 7638 takes the hash of: the same for the same key, whatever else is said of it. */
export function thumbprintInput(jwk: PublicJwk): string {
  const members = kindOf(jwk)?.members ?? [];
  return JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]])));
}
