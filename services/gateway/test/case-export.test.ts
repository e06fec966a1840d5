import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { extractText, getDocumentProxy } from 'unpdf';
import type { RunningService } from '@definitivedx/bus';
import type { createCase, ReplyOf, searchCaseAudit } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type PersonKey } from './support/people.js';

/* One case as PDF and as FHIR, through the front door. What is in them is src/exports' specs' to say. */
let world: World;
let issuer: Issuer;
let gateway: RunningService;
const clients = new Map<PersonKey, Client>();
const as = (person: PersonKey): Client => clients.get(person)!;
let found: ReplyOf<typeof createCase>;

const question = 'Could this be Kawasaki? 😀 שלום';
const advice = {
  kind: 'advice',
  body: 'Refer today; fever beyond day five changes the plan.',
  recommendation: 'REFERRAL_RECOMMENDED',
  adviser: { grade: 'consultant', professionalNumber: '7012345' },
};

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all([world.startProgram('cases'), world.startProgram('notify')]);
  const directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  for (const person of ['gp', 'gp-two', 'specialist-on-call'] as const) {
    const client = new Client(gateway.url, await issuer.token(subjectOf(person)));
    await client.consent();
    clients.set(person, client);
  }
  const invited = { kind: 'member', memberId: directory.memberId['gp-two'] };
  const created = await as('gp').ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', {
    ...aCase(directory.panelId),
    question,
    audience: [...aCase(directory.panelId).audience, invited],
  });
  found = created.body;
  const posted = await as('specialist-on-call').ask('POST', `/api/v1/cases/${found.caseId}/posts`, advice);
  expect([created.status, posted.status]).toEqual([201, 201]);
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const taken = (person: PersonKey, ending: string, caseId = found.caseId): Promise<Response> =>
  as(person).fetch(`/api/v1/cases/${caseId}/export.${ending}`);

describe.each([
  ['pdf', 'application/pdf'],
  ['fhir.json', 'application/fhir+json; charset=utf-8'],
])('a case as .%s', (ending, mediaType) => {
  it('comes as a file to keep, whose name tells nothing but the case code', async () => {
    const response = await taken('specialist-on-call', ending);
    await response.arrayBuffer();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': mediaType,
      'content-disposition': `attachment; filename="case-${found.code}.${ending}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'no-store',
    });
  });

  it('is on the audit as a read and as an export', async () => {
    const acts = async (act: string): Promise<(string | null)[]> => {
      const path = `/api/v1/cases/${found.caseId}/audit?act=${act}&limit=100`;
      const { body } = await as('gp').ask<ReplyOf<typeof searchCaseAudit>>('GET', path);
      return body.entries.filter(({ outcome }) => outcome === 'allowed').map(({ actor }) => actor.name);
    };
    const [reads, exports] = [await acts('case.access'), await acts('case.export')];
    await (await taken('gp-two', ending)).arrayBuffer();
    expect((await acts('case.access')).filter((name) => name === 'Test gp-two')).toHaveLength(
      reads.filter((name) => name === 'Test gp-two').length + 1,
    );
    await until(
      async () => (await acts('case.export')).length === exports.length + 1,
      'the export on the audit',
    );
    expect((await acts('case.export'))[0]).toBe('Test gp-two');
  });

  it('is for whoever may read the case, and to others as if there were none', async () => {
    const problem = async (caseId: string): Promise<unknown> => {
      const response = await taken('gp-two', ending, caseId);
      const { traceId: _traceId, ...rest } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, ...rest };
    };
    const alone = await as('gp').ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', {
      ...aCase((await panelOf()) ?? ''),
    });
    expect(await problem(alone.body.caseId)).toEqual(await problem(randomUUID()));
    expect(await problem(randomUUID())).toMatchObject({ status: 404, code: 'not-found' });
  });
});

const panelOf = async (): Promise<string | undefined> =>
  (await as('gp').ask<{ panels: { panelId: string }[] }>('GET', '/api/v1/panels')).body.panels[0]?.panelId;

it('says in the PDF what was asked and advised, by whom', async () => {
  const bytes = new Uint8Array(await (await taken('gp', 'pdf')).arrayBuffer());
  const { text } = await extractText(await getDocumentProxy(bytes), { mergePages: true });
  const read = text.replaceAll(/\s+/g, ' ');
  for (const part of [
    'Could this be Kawasaki? [U+1F600] [U+05E9 U+05DC U+05D5 U+05DD]',
    advice.body,
    'Referral recommended.',
    'Test specialist-on-call, Test Trust (TEST1)',
    'General paediatrics, Test Trust (TEST1)',
    'Page 1 of 1',
  ]) {
    expect(read).toContain(part);
  }
});

it('says the same in FHIR', async () => {
  const bundle = (await (await taken('gp', 'fhir.json')).json()) as {
    entry: { resource: Record<string, unknown> & { resourceType: string } }[];
  };
  const of = (type: string) =>
    bundle.entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);
  expect(of('ServiceRequest')).toMatchObject([
    { id: found.caseId, identifier: [{ value: found.code }], reasonCode: [{ text: question }] },
  ]);
  expect(of('Communication')).toMatchObject([
    {
      payload: [{ contentString: advice.body }],
      topic: { coding: [{ code: advice.recommendation }] },
      sender: { display: 'Test specialist-on-call' },
    },
  ]);
  expect(of('Task')).toMatchObject([
    { businessStatus: { coding: [{ code: 'REFERRER_TO_REVIEW_RESPONSE' }] } },
  ]);
  expect(of('Organization')).toMatchObject([{ identifier: [{ value: 'TEST1' }] }]);
});
