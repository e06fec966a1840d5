import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { escapeHtml, page } from '../html.js';
import type { MailStore, StoredMessage } from './store.js';

/** How many of the next messages are refused, and with which temporary SMTP code. */
export interface Refusing {
  left: number;
  code: number;
}

const failRequest = z.strictObject({
  next: z.int().min(0).max(10_000),
  code: z.int().min(400).max(499).default(451),
});
const maxBody = 1000;

const shown = (message: StoredMessage): string =>
  `<article><h2>${escapeHtml(message.subject || '(no subject)')}</h2>` +
  `<small>To ${escapeHtml(message.to.join(', '))} · ${escapeHtml(message.receivedAt)}</small>` +
  `<pre>${escapeHtml(message.text)}</pre></article>`;

function listPage(messages: readonly StoredMessage[]): string {
  const intro =
    '<p class="notice">Every e-mail this system sends arrives here, and nowhere else. Newest first.</p>';
  return page('Demo mailbox', intro + (messages.map(shown).join('') || '<p>Nothing has arrived yet.</p>'));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString();
    if (body.length > maxBody) return undefined;
  }
  try {
    return JSON.parse(body || '{}');
  } catch {
    return undefined;
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function answer(
  store: MailStore,
  refusing: Refusing,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(request.url ?? '/', 'http://mailbox');
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'GET /readyz':
      json(response, 200, { ready: true });
      return;
    case 'GET /messages':
      json(response, 200, store.list(url.searchParams.get('to') ?? undefined));
      return;
    case 'DELETE /messages':
      store.clear();
      response.writeHead(204).end();
      return;
    case 'POST /fail': {
      const wanted = failRequest.safeParse(await readJson(request));
      if (!wanted.success) {
        json(response, 400, { message: 'Send {"next": <how many>, "code": <400 to 499>}.' });
        return;
      }
      Object.assign(refusing, { left: wanted.data.next, code: wanted.data.code });
      json(response, 200, refusing);
      return;
    }
    case 'GET /':
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      });
      response.end(listPage(store.list()));
      return;
    default:
      json(response, 404, { message: 'There is GET /, GET /messages?to=, DELETE /messages and POST /fail.' });
  }
}

/** The mailbox's pages and its interface for tests. */
export const createWeb = (store: MailStore, refusing: Refusing): Server =>
  createServer((request, response) => {
    answer(store, refusing, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
