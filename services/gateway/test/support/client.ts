import { anonymisationDuty, type currentTexts, type ReplyOf } from '@definitivedx/contracts';
import type { Problem } from '@definitivedx/errors';
import type { Asked } from './browser.js';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A program that talks to the API with a bearer token. */
export class Client {
  constructor(
    private readonly home: string,
    private readonly token: string | undefined,
  ) {}

  /** Another program at the same place. */
  withToken(token: string): Client {
    return new Client(this.home, token);
  }

  async ask<T = Problem>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await this.fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  /** The bare response, for streams. */
  fetch(path: string, init: Asked = {}): Promise<Response> {
    const headers = {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...init.headers,
    };
    return fetch(new URL(path, this.home), { ...init, headers });
  }

  /** Accepts the Terms of Use and Privacy Policy in force. */
  async consent(): Promise<void> {
    const { body } = await this.ask<ReplyOf<typeof currentTexts>>('GET', '/api/v1/consent-texts');
    for (const { kind, version, hash } of body.texts) {
      const { status } = await this.ask('POST', '/api/v1/consents', { kind, version, hash });
      if (status !== 200) throw new Error(`consent refused: ${String(status)}`);
    }
  }
}

/** A case as a GP would share it with a panel. */
export const aCase = (panelId: string) => ({
  question: 'Is this rash worth a referral?',
  history: 'Day 3 of fever, rash on the trunk, drinking well.',
  ageBand: '2-5 years',
  sex: 'not-relevant',
  intendedAction: 'unsure',
  priority: 'routine',
  consent: { sharing: 'parent-or-carer' },
  attestation: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
  audience: [{ kind: 'panel', panelId }],
});
