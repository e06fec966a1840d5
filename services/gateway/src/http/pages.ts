import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

const style =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#212b32}a{color:#005eb8}';
/** The page's one style by its hash, so that nothing injected could style or script it. */
const styleHash = createHash('sha256').update(style).digest('base64');
const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? '');

/** Sends a small page. `text` is escaped; `links` are addresses of ours with their words. */
export function sendPage(
  reply: FastifyReply,
  status: number,
  {
    title,
    text,
    links,
  }: { title: string; text: string; links: readonly (readonly [address: string, words: string])[] },
): void {
  const list = links
    .map(([address, words]) => `<li><a href="${escapeHtml(address)}">${escapeHtml(words)}</a></li>`)
    .join('');
  void reply
    .status(status)
    .header('content-security-policy', pagePolicy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${escapeHtml(title)}</title><style>${style}</style></head>` +
        `<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><ul>${list}</ul></main></body></html>`,
    );
}
