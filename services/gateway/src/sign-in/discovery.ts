import type { EgressFetch } from '@definitivedx/egress';
import { z } from 'zod';
import { documentUrl, readDiscovery, type DiscoveryDocument } from '../domain/discovery.js';

/** Bytes of a discovery document or key set at the most. */
export const mostBytes = 256 * 1024;
/** How long an issuer may take to answer, in milliseconds. */
export const patienceMs = 5_000;

/** An issuer answered, and what it said will not do. */
export class Unfit extends Error {
  constructor(readonly wrong: readonly string[]) {
    super(wrong.join('; '));
  }
}

async function readJson(fetch: EgressFetch, url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (response.status !== 200) throw new Unfit([`answered with status ${String(response.status)}`]);
  try {
    return await response.json();
  } catch {
    throw new Unfit(['answered with something that is not JSON']);
  }
}

/**
 * Fetches and reads an issuer's discovery document.
 * @throws Unfit for what is wrong with it; AppError `invalid-input` for an address that may not be asked, `unavailable`
 * for one that does not answer.
 */
export async function discover(
  fetch: EgressFetch,
  expectation: Parameters<typeof readDiscovery>[1],
): Promise<DiscoveryDocument> {
  const discoveryUrl = documentUrl(expectation.discoveryUrl);
  const read = readDiscovery(await readJson(fetch, discoveryUrl), { ...expectation, discoveryUrl });
  if ('wrong' in read) throw new Unfit(read.wrong);
  return read.document;
}

const keySet = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(100),
});
export type KeySet = z.output<typeof keySet>;

/** Fetches an issuer's public keys. @throws as `discover` */
export async function fetchKeys(fetch: EgressFetch, jwksUri: string): Promise<KeySet> {
  const parsed = keySet.safeParse(await readJson(fetch, jwksUri));
  if (!parsed.success) throw new Unfit(['publishes keys ("jwks_uri") that are no key set']);
  return parsed.data;
}
