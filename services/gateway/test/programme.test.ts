import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type {
  copyToRecord,
  createCase,
  getCase,
  listCases,
  myHandOvers,
  outcomeReport,
  ReplyOf,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { aCase, Client, type Answer } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory, type PersonKey } from './support/people.js';

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let directory: Directory;
const clients = new Map<PersonKey, Client>();

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all((['cases', 'notify', 'metrics'] as const).map((name) => world.startProgram(name)));
  directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  for (const person of ['gp', 'gp-two', 'specialist-on-call', 'specialist-two', 'programme-lead'] as const) {
    const client = new Client(gateway.url, await issuer.token(subjectOf(person)));
    await client.consent();
    clients.set(person, client);
  }
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const as = (person: PersonKey): Client => clients.get(person)!;
async function share(): Promise<{ caseId: string; address: string; code: string }> {
  const { body } = await as('gp').ask<ReplyOf<typeof createCase>>(
    'POST',
    '/api/v1/cases',
    aCase(directory.panelId),
  );
  return { caseId: body.caseId, address: `/api/v1/cases/${body.caseId}`, code: body.code };
}
const advise = (address: string, person: PersonKey = 'specialist-on-call'): Promise<Answer> =>
  as(person).ask('POST', `${address}/posts`, {
    kind: 'advice',
    body: 'No referral is needed.',
    recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
    adviser: { grade: 'consultant', professionalNumber: '7012345' },
  });

describe('a case code', () => {
  it('finds its case for who may see it, however it was written down, and nothing for anyone else', async () => {
    const { caseId, code } = await share();
    const search = async (person: PersonKey, written: string): Promise<string[]> => {
      const body = { code: written };
      const { body: found } = await as(person).ask<ReplyOf<typeof listCases>>(
        'POST',
        '/api/v1/cases/search',
        body,
      );
      return found.cases.map((entry) => entry.caseId);
    };
    expect(await search('gp', ` ${code.toLowerCase().replaceAll('-', ' ')}`)).toEqual([caseId]);
    expect(await search('specialist-on-call', code)).toEqual([caseId]);
    expect(await search('gp-two', code)).toEqual([]);
  });
});

describe('closing a case', () => {
  it('takes the two answers that the programme needs, after the text for the record was taken', async () => {
    const { address, code } = await share();
    await advise(address);
    const copy = await as('gp').ask<ReplyOf<typeof copyToRecord>>('POST', `${address}/record-copy`);
    expect(copy.status).toBe(200);
    expect(copy.body.text).toContain(code);
    expect(copy.body.text).toContain('No referral is needed.');

    const half = await as('gp').ask('POST', `${address}/close`, { survey: { outcome: 'confirmed-plan' } });
    expect([half.status, half.body.issues?.map(({ path }) => path)]).toEqual([400, ['survey.referral']]);
    const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' };
    const notHers = await as('specialist-on-call').ask('POST', `${address}/close`, { survey });
    expect([notHers.status, notHers.body.code]).toEqual([404, 'not-found']);
    const closed = await as('gp').ask<{ status: string }>('POST', `${address}/close`, { survey });
    expect([closed.status, closed.body.status]).toEqual([200, 'closed']);
    const again = await as('gp').ask('POST', `${address}/close`, { survey });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  it('is unknown to who may not see the case', async () => {
    const { address } = await share();
    const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' };
    for (const [path, body] of [
      ['close', { survey }],
      ['record-copy', undefined],
      ['hand-over-acceptance', undefined],
    ] as const) {
      const [theirs, none] = [
        await as('gp-two').ask('POST', `${address}/${path}`, body),
        await as('gp-two').ask('POST', `/api/v1/cases/${randomUUID()}/${path}`, body),
      ];
      expect([path, theirs.status]).toEqual([path, path === 'hand-over-acceptance' ? 403 : 404]);
      expect({ ...theirs.body, traceId: '' }).toEqual({ ...none.body, traceId: '' });
    }
  });
});

describe('a shift taken over', () => {
  it('hands the open cases over: listed to both, accepted one by one', async () => {
    const { caseId, address } = await share();
    const takeOver = `/api/v1/panels/${directory.panelId}/take-over`;
    expect((await as('gp').ask('POST', takeOver)).status).toBe(403);
    const taken = await as('specialist-two').ask<{ until: string }>('POST', takeOver);
    expect(taken.status).toBe(200);

    const listOf = async (person: PersonKey, accepted = false): Promise<readonly string[]> => {
      const { body } = await as(person).ask<ReplyOf<typeof myHandOvers>>('GET', '/api/v1/hand-overs');
      const items = body.handOvers.flatMap((handOver) => handOver.items);
      return items.filter((item) => (item.acceptedAt !== null) === accepted).map((item) => item.caseId);
    };
    await until(async () => (await listOf('specialist-two')).includes(caseId), 'the case to be handed over');
    expect(await listOf('specialist-on-call')).toContain(caseId);

    const accept = `${address}/hand-over-acceptance`;
    const key = { 'idempotency-key': randomUUID() };
    const accepted = await as('specialist-two').ask<{ responsibleId: string }>(
      'POST',
      accept,
      undefined,
      key,
    );
    expect([accepted.status, accepted.body.responsibleId]).toEqual([
      200,
      directory.memberId['specialist-two'],
    ]);
    const again = await as('specialist-two').ask('POST', accept, undefined, key);
    expect([again.status, again.body]).toEqual([200, accepted.body]);
    const { body } = await as('gp').ask<ReplyOf<typeof getCase>>('GET', address);
    expect(body.responsibleId).toBe(directory.memberId['specialist-two']);
    const done = async (): Promise<boolean> => (await listOf('specialist-two', true)).includes(caseId);
    await until(done, 'the case to be accepted in the list');
  });
});

describe('the outcome report', () => {
  const month = new Date().toISOString().slice(0, 7);
  const report = `/api/v1/metrics/report?from=${month}&to=${month}`;
  const csv = { 'content-type': 'text/csv' };
  const baseline = '/api/v1/metrics/baselines?name=E-mail%20line';

  it('is the programme lead’s, and holds the imported baseline beside the cases', async () => {
    for (const person of ['gp', 'specialist-on-call'] as const) {
      expect((await as(person).ask('GET', report)).status).toBe(403);
      expect((await as(person).ask('POST', baseline, 'asked_at', csv)).status).toBe(403);
    }
    const lead = as('programme-lead');
    const lines = [
      '\uFEFFasked_at,answered_at,referral',
      '2025-03-04T09:30Z,2025-03-05T09:30Z,avoided',
      '2025-03-04T09:30Z,2025-03-06T09:30Z,made',
      '2025-03-04T09:30Z,,unknown',
    ].join('\r\n');
    const imported = await lead.ask<{ imported: number }>('POST', baseline, lines, csv);
    expect([imported.status, imported.body]).toEqual([200, { imported: 3 }]);
    const { status, body } = await lead.ask<ReplyOf<typeof outcomeReport>>('GET', report);
    expect(status).toBe(200);
    expect(body.baseline).toMatchObject({
      name: 'E-mail line',
      threads: 3,
      answered: 2,
      elapsedMinutes: { n: 2, median: 36 * 60 },
      referralsAvoided: { numerator: 1, denominator: 2 },
    });
    expect(body.total.asked).toBe(body.rows.reduce((sum, { figures }) => sum + figures.asked, 0));
  });

  it.each([
    ['JSON instead of lines', '{"csv":"x"}', 'application/json', 400],
    ['lines that say nothing', 'who,what\na,b', 'text/csv', 400],
    ['what is not text', Buffer.from([0xff, 0xfe, 0x41]).toString('latin1'), 'text/csv; charset=latin1', 400],
    ['too much', `asked_at,answered_at,referral\n${'x'.repeat(1_100_000)}`, 'text/csv', 413],
  ])('refuses %s with a sentence', async (_what, body, type, status) => {
    const refused = await as('programme-lead').ask('POST', baseline, body, { 'content-type': type });
    expect(refused.status).toBe(status);
    expect(refused.body.detail).toMatch(/\.$/);
  });

  it('takes CSV nowhere else', async () => {
    const { status, body } = await as('gp').ask('POST', '/api/v1/cases', 'a,b', csv);
    expect([status, body.code]).toEqual([415, 'unsupported-media-type']);
  });

  it.each(['from=2026-1&to=2026-02', 'from=2026-02', `from=2026-02&to=2026-01`])(
    'refuses the months %s',
    async (months) => {
      const { status } = await as('programme-lead').ask('GET', `/api/v1/metrics/report?${months}`);
      expect(status).toBe(400);
    },
  );
});
