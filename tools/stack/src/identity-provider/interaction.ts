import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import { escapeHtml, page } from '../html.js';
import { personByKey, type People } from './people.js';

const maxBody = 1000;

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString();
    if (body.length > maxBody) break;
  }
  return new URLSearchParams(body);
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: browsers apply it to the redirects after the form too, and those lead back to the gateway.
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
}

function choosePage(uid: string, people: People): string {
  const buttons = people
    .map(
      ({ key, name, hint }) =>
        `<button type="submit" name="person" value="${key}">${escapeHtml(name)}<small>${escapeHtml(hint)}</small></button>`,
    )
    .join('');
  return page(
    'Who would you like to be?',
    '<p class="notice">This is a demo on this machine. None of these people exists, and no password is asked.</p>' +
      `<form method="post" action="/interaction/${encodeURIComponent(uid)}">${buttons}</form>`,
  );
}

/** Answers `/interaction/<uid>`: the page of demo people, and the choice that was made on it. */
export async function interaction(
  provider: Provider,
  people: People,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    // Also what protects the form: only the browser that began this sign-in has its cookie.
    const { uid } = await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      send(response, 200, choosePage(uid, people));
      return;
    }
    const person = personByKey(people, (await readForm(request)).get('person') ?? '');
    if (!person) {
      send(response, 400, page('No such person', '<p>Go back and choose one of the demo people.</p>'));
      return;
    }
    await provider.interactionFinished(request, response, {
      login: {
        accountId: person.subject,
        acr: person.acr,
        amr: person.acr === 'AAL1' ? ['pwd'] : ['pwd', 'hwk'],
        remember: true,
      },
    });
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    send(
      response,
      400,
      page(
        'This sign-in has ended',
        '<p>It was used already, or took too long. Start again from the application.</p>',
      ),
    );
  }
}
