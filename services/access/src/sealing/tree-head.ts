import { createPrivateKey, createPublicKey, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical.js';

/** What a tree head says, and what its signature is over. */
export interface HeadClaim {
  readonly treeSize: number;
  /** Hexadecimal. */
  readonly rootHash: string;
  /** UTC, ISO 8601. */
  readonly at: string;
}

/** Signs tree heads with the Ed25519 key of the audit. Prints as nothing. */
export class HeadSigner {
  readonly kid: string;
  /** The public half as a JWK, in canonical form. */
  readonly publicKey: string;
  private readonly key: KeyObject;

  /** @throws Error when it is no Ed25519 private JWK with a `kid`. */
  constructor(jwk: JsonWebKey & { readonly kid?: string }) {
    const { kid } = jwk;
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || jwk.d === undefined || !kid) {
      throw new Error('The key of the audit must be a private Ed25519 JWK with a "kid".');
    }
    this.kid = kid;
    this.key = createPrivateKey({ key: jwk, format: 'jwk' });
    const { x } = createPublicKey(this.key).export({ format: 'jwk' });
    this.publicKey = canonicalJson({ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' });
  }

  sign(claim: HeadClaim): Buffer {
    return sign(null, Buffer.from(canonicalJson(headFields(claim, this.kid)), 'utf8'), this.key);
  }
}

/** The signed fields. `type` keeps a signature from being taken for one over anything else. */
const headFields = ({ treeSize, rootHash, at }: HeadClaim, keyId: string): Record<string, unknown> => ({
  type: 'definitivedx-audit-head',
  v: 1,
  treeSize,
  rootHash,
  at,
  keyId,
});
