import { randomBytes } from 'node:crypto';

/** As much of a PNG as tells its type: a header, and the beginning of picture data. */
const head = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010806000000' + '1f15c489' + '7fffffff49444154',
  'hex',
);

/** What begins as a PNG and goes on as noise. */
export const aPicture = (bytes: number): Buffer => Buffer.concat([head, randomBytes(bytes - head.length)]);
