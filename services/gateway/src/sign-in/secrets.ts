import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits for a cookie or a state. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** SHA-256: enough for a secret that is random to begin with. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
