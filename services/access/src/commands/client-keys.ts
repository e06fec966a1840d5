import { createHash, createPublicKey } from 'node:crypto';
import type { InputOf, replaceClientKeys } from '@definitivedx/contracts';
import type { Egress } from '@definitivedx/egress';
import { AppError, invalidInput } from '@definitivedx/errors';
import type { ClientKey } from '../data/clients.js';
import { publicKeys, thumbprintInput, type PublicJwk } from '../domain/client-keys.js';

/**
 * The keys of a set, ready to be kept.
 * @throws AppError `invalid-input` that names each key that cannot serve, and why.
 */
export function keysFrom(set: readonly Readonly<Record<string, unknown>>[], path?: string): ClientKey[] {
  const keys = publicKeys(set, path);
  if (keys instanceof AppError) throw keys;
  return keys.map((jwk, place) => {
    // Points beside the curve and the like: right in form, and no key.
    if (!isKey(jwk)) {
      const message = `Key ${String(place + 1)} is not a valid public key. Please export it again.`;
      throw invalidInput(message, [{ path: `${path ?? 'jwks.keys'}.${String(place)}`, message }]);
    }
    return { jwk, thumbprint: thumbprintOf(jwk) };
  });
}

/**
 * Where a program's keys come from: given with the request, or published at an address, to be read by a timer.
 * @throws AppError `invalid-input` unless it is exactly one of both, and one that can serve.
 */
export function keySourceFrom(
  { jwks, jwksUri }: Pick<InputOf<typeof replaceClientKeys>, 'jwks' | 'jwksUri'>,
  egress: Egress,
): { readonly keys: ClientKey[]; readonly jwksUri: string | undefined } {
  if ((jwks === undefined) === (jwksUri === undefined)) {
    const message = 'Give the public keys in jwks, or their address in jwksUri; one of both.';
    throw invalidInput(message, [{ path: 'jwks', message }]);
  }
  if (jwksUri !== undefined) egress.check(jwksUri, 'jwksUri');
  return { keys: keysFrom(jwks?.keys ?? []), jwksUri };
}

const thumbprintOf = (jwk: PublicJwk): string =>
  createHash('sha256').update(thumbprintInput(jwk)).digest('base64url');

function isKey(jwk: PublicJwk): boolean {
  try {
    createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
