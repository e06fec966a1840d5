import { createHash } from 'node:crypto';

interface Mail {
  readonly id: string;
  readonly messageId: string;
}

/**
 * The Message-ID of a bundle: a mail's own when it is alone, else one that stands for exactly these. So the same bundle
 * sent twice is shown once, and one that holds a mail more is never taken for it.
 */
export function messageIdOf([first, ...others]: readonly [Mail, ...Mail[]]): string {
  if (others.length === 0) return first.messageId;
  const ids = [first, ...others].map(({ id }) => id).sort();
  return `<${createHash('sha256').update(ids.join()).digest('hex').slice(0, 32)}@definitivedx>`;
}
