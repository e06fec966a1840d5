// What docs/audit-format.md says of lines, rows and heads, written anew for the verifier.
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { hashOfLeaf } from './merkle.js';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const word = z.string().nullable();

const publicKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
});

const row = z.strictObject({
  id: z.string(),
  at: z.string(),
  actorKind: z.string(),
  actorId: word,
  organisationId: word,
  origin: word,
  act: z.string(),
  purpose: word,
  caseId: word,
  subjectId: word,
  via: word,
  grantId: word,
  outcome: z.string(),
  detail: z.unknown(),
  traceId: word,
});
export type Row = z.output<typeof row>;

export const headLine = z.strictObject({
  type: z.literal('head'),
  treeSize: z.int().min(1),
  rootHash: hex,
  at: z.string(),
  keyId: z.string(),
  signature: z.string(),
});
export type Head = z.output<typeof headLine>;

const selection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('organisation'), organisationId: z.string() }),
  z.strictObject({ kind: z.literal('case'), caseId: z.string() }),
]);
export type Selection = z.output<typeof selection>;

export const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header'),
    format: z.literal('definitivedx-audit'),
    version: z.literal(1),
    exportedAt: z.string(),
    selection,
    keys: z.array(publicKey),
  }),
  headLine,
  z.strictObject({
    type: z.literal('row'),
    leafIndex: count,
    leafHash: hex,
    row: row.nullable(),
    path: z.array(hex).optional(),
  }),
  z.strictObject({ type: z.literal('consistency'), from: z.int().min(1), path: z.array(hex) }),
  z.strictObject({ type: z.literal('stray'), row }),
  z.strictObject({ type: z.literal('end'), rows: count }),
]);
export type Line = z.output<typeof line>;

/** The members of an object in the order of RFC 8785, those of the objects in it too. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return '[' + value.map((item) => canonical(item)).join(',') + ']';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return '{' + entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',') + '}';
}

/** The leaf that a row makes. */
export function leafOf(of: Row): Buffer {
  const fields = [
    of.act,
    of.actorId,
    of.actorKind,
    of.at,
    of.caseId,
    of.detail,
    of.grantId,
    of.id,
    of.organisationId,
    of.origin,
    of.outcome,
    of.purpose,
    of.subjectId,
    of.traceId,
    1,
    of.via,
  ];
  const names =
    'act actorId actorKind at caseId detail grantId id organisationId origin outcome purpose subjectId traceId v via';
  const members = names.split(' ').map((name, place) => `"${name}":${canonical(fields[place])}`);
  return hashOfLeaf(Buffer.from(`{${members.join(',')}}`, 'utf8'));
}

/** Public keys by their ids. */
export class Keys {
  private readonly byId = new Map<string, KeyObject>();

  constructor(jwks: readonly unknown[]) {
    for (const jwk of jwks) {
      const { kty, crv, x, kid } = publicKey.parse(jwk);
      this.byId.set(kid, createPublicKey({ key: { kty, crv, x } satisfies JsonWebKey, format: 'jwk' }));
    }
  }

  get ids(): string[] {
    return [...this.byId.keys()];
  }

  /** Why the head does not count as signed; undefined when it does. */
  wrongWith({ treeSize, rootHash, at, keyId, signature }: Head): string | undefined {
    const key = this.byId.get(keyId);
    if (!key) return `it is signed with the key ${keyId}, which is not among the trusted ones`;
    const signed = canonical({ type: 'definitivedx-audit-head', v: 1, treeSize, rootHash, at, keyId });
    const good = verify(null, Buffer.from(signed, 'utf8'), key, Buffer.from(signature, 'base64url'));
    return good ? undefined : `its signature is not by the key ${keyId}`;
  }
}
