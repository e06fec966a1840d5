import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

const style =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#212b32}a{color:#005eb8}';
/** Tables that also fit a narrow screen: each row as a block of its own. */
const tableStyle =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#212b32}' +
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;border-bottom:1px solid #d8dde0;padding-bottom:1rem}' +
  'dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}';
/** A page's one style by its hash, so that nothing injected could style or script it. */
const policyOf = (css: string): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
const pagePolicy = policyOf(style);
const tablePolicy = policyOf(tableStyle);

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

/** What a page of tables shows: under each heading, rows of a title and of named values. All of it is escaped. */
export interface Chapter {
  readonly heading: string;
  readonly rows: readonly { title: string; values: readonly (readonly [name: string, value: string])[] }[];
}

/** Sends a long page to read. */
export function sendChapters(
  reply: FastifyReply,
  { title, texts, chapters }: { title: string; texts: readonly string[]; chapters: readonly Chapter[] },
): void {
  const rowOf = (row: Chapter['rows'][number]): string =>
    `<h3>${escapeHtml(row.title)}</h3><dl>${row.values
      .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
      .join('')}</dl>`;
  const body = chapters
    .map(({ heading, rows }) => `<h2>${escapeHtml(heading)}</h2>${rows.map(rowOf).join('')}`)
    .join('');
  void reply
    .status(200)
    .header('content-security-policy', tablePolicy)
    .header('cache-control', 'public, max-age=300')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${escapeHtml(title)}</title><style>${tableStyle}</style></head>` +
        `<body><main><h1>${escapeHtml(title)}</h1>${texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}${body}</main></body></html>`,
    );
}
