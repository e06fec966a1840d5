import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type {
  caseForm,
  createDraft,
  expectAnswer,
  getDraft,
  publishTemplate,
  ReplyOf,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory } from './support/people.js';

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let directory: Directory;
let gp: Client;
let lead: Client;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await Promise.all((['access', 'cases', 'notify'] as const).map((name) => world.startProgram(name)));
  directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  const enter = async (person: 'gp' | 'specialist-on-call'): Promise<Client> => {
    const client = new Client(gateway.url, await issuer.token(subjectOf(person)));
    await client.consent();
    return client;
  };
  gp = await enter('gp');
  lead = await enter('specialist-on-call');
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const at = (rest: string): string => `/api/v1/panels/${directory.panelId}${rest}`;

describe('asking over the API', () => {
  it('goes from the form through a draft to a case', async () => {
    const { status, headers } = await lead.ask<ReplyOf<typeof publishTemplate>>('PUT', at('/template'), {
      fields: { type: 'object', properties: { since: { type: 'integer', title: 'Days', minimum: 0 } } },
      redFlags: [{ code: 'drowsy', question: 'Drowsy?' }],
    });
    expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    const stale = await lead.ask(
      'PUT',
      at('/template'),
      { fields: { type: 'object', properties: {} } },
      {
        'if-match': '"7"',
      },
    );
    expect(stale.status).toBe(412);

    const form = await gp.ask<ReplyOf<typeof caseForm>>('GET', at('/case-form'));
    expect(form.body).toMatchObject({
      template: { version: 1 },
      emergency: { redFlags: [{ code: 'drowsy' }] },
    });
    const { body: told } = await gp.ask<ReplyOf<typeof expectAnswer>>('POST', '/api/v1/cases/expectation', {
      audience: [{ kind: 'panel', panelId: directory.panelId }],
      priority: 'routine',
    });
    expect(told.responsible.memberId).toBe(directory.memberId['specialist-on-call']);

    const content = { question: 'Is the vogelmark' };
    const kept = await gp.ask<ReplyOf<typeof createDraft>>(
      'POST',
      '/api/v1/drafts',
      { content },
      {
        'idempotency-key': randomUUID(),
      },
    );
    expect([kept.status, kept.headers.get('location')]).toEqual([201, `/api/v1/drafts/${kept.body.draftId}`]);
    const draft = `/api/v1/drafts/${kept.body.draftId}`;
    expect((await gp.ask<ReplyOf<typeof getDraft>>('GET', draft)).body.content).toEqual(content);
    const changed = await gp.ask(
      'PUT',
      draft,
      { content: { question: 'vogelmark?' } },
      { 'if-match': '"1"' },
    );
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect((await gp.ask('PUT', draft, { content }, { 'if-match': '"1"' })).status).toBe(412);

    const asked = { ...aCase(directory.panelId), draftId: kept.body.draftId };
    const template = { version: 1, answers: { since: 3 } };
    const emergency = await gp.ask<object>('POST', '/api/v1/cases', {
      ...asked,
      template,
      redFlags: { drowsy: true },
    });
    expect(emergency.status).toBe(409);
    expect(emergency.body).toMatchObject({ code: 'emergency', detail: expect.stringMatching(/Call \d/) });
    const incomplete = await gp.ask<object>('POST', '/api/v1/cases', {
      ...asked,
      template: { version: 1, answers: { since: 3, made: 'up' } },
      redFlags: { drowsy: false },
    });
    expect(incomplete.body).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'template.answers.made' })],
    });
    // A refused case leaves the draft where it was.
    expect((await gp.ask('GET', draft)).status).toBe(200);
    const sent = await gp.ask('POST', '/api/v1/cases', { ...asked, template, redFlags: { drowsy: false } });
    expect(sent.status).toBe(201);
    expect((await gp.ask('GET', draft)).status).toBe(404);

    // Nothing of a draft is kept with what a repeated request is known by.
    const db = await world.database('gateway');
    const rows = await db.run({
      name: 'test-keys',
      text: 'select to_jsonb(k)::text as row from idempotency_key k',
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('vogelmark');
  });

  const hostile = (properties: string): string => `{"fields":{"type":"object","properties":${properties}}}`;
  it.each([
    ['a key of every object', hostile('{"__proto__":{"type":"boolean","title":"T"}}')],
    ['a key of JavaScript', hostile('{"constructor":{"type":"boolean","title":"T"}}')],
    ['deep nesting', hostile('{"a":'.repeat(60) + '1' + '}'.repeat(60))],
    ['half a character', hostile('{"a":{"type":"boolean","title":"\\ud800"}}')],
    ['NUL', hostile('{"a":{"type":"boolean","title":"\\u0000"}}')],
    ['a huge number', hostile('{"a":{"type":"number","title":"T","maximum":1e308}}')],
  ])('refuses a template with %s', async (_what, body) => {
    const response = await lead.fetch(at('/template'), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});
