import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { addPost, createCase, getCase, ReplyOf } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import type { Problem } from '@definitivedx/errors';
import { aCase, Client, type Answer } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory, type PersonKey } from './support/people.js';

/* What people and programs send by mistake or on purpose (security.md 23): a clear answer that names the place. */
type Created = ReplyOf<typeof createCase>;
type Found = ReplyOf<typeof getCase>;

let world: World;
let issuer: Issuer;
let directory: Directory;
/** Two replicas on the same databases. */
let gateways: readonly RunningService[];
const tokens = new Map<PersonKey, string>();

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all([world.startProgram('cases'), world.startProgram('notify')]);
  directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateways = [
    await startGateway(world, { issuer: issuer.url }),
    await startGateway(world, { issuer: issuer.url, port: 0 }),
  ];
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 1, 'the keys fetched');
  for (const person of ['gp', 'specialist-on-call', 'specialist-two'] as const) {
    tokens.set(person, await issuer.token(subjectOf(person)));
    await as(person).consent();
  }
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const as = (person: PersonKey, replica: 0 | 1 = 0): Client =>
  new Client(gateways[replica]!.url, tokens.get(person));
const create = (change: object = {}): Promise<Answer<Created>> =>
  as('gp').ask<Created>('POST', '/api/v1/cases', { ...aCase(directory.panelId), ...change });
const addressOf = async (change: object = {}): Promise<string> =>
  `/api/v1/cases/${(await create(change)).body.caseId}`;
const read = async (address: string): Promise<Found> => (await as('gp').ask<Found>('GET', address)).body;
const note = (body: unknown) => ({ kind: 'note', body });
const adviser = { grade: 'consultant', professionalNumber: '7012345' };
const advice = { kind: 'advice', body: 'Wait and see.', recommendation: 'OTHER', adviser };
const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' };

/** Where an answer says that something is wrong, after making sure that it is one that helps. */
function placesIn({ status, headers, body }: Answer<Problem>): string[] {
  expect([status, body.status, body.code]).toEqual([400, 400, 'invalid-input']);
  expect(headers.get('content-type')).toContain('application/problem+json');
  for (const { message } of body.issues ?? []) expect(message).toMatch(/\w{3}.{5,}/s);
  return (body.issues ?? []).map(({ path }) => path);
}

describe('text of any kind', () => {
  it.each([
    ['emoji, one of several characters', '👩🏽‍⚕️ 😀 🇬🇧'],
    ['right to left, with its marks', 'חום כבר שלושה ימים — حمى منذ ثلاثة أيام'],
    ['accents apart from their letters', 'cafe\u0301 Zo\u0308e'],
    ['characters beyond the basic plane', '𠜎𠜱𝒳'],
    ['ends of lines and tabs', 'a\r\nb\tc\n\nd'],
    ['what other programs take for their own', `'; drop table post; -- \${x} <b>&amp;</b> =1+1 %00 \\u0000`],
    ['a zero-width space', 'a\u200bb'],
  ])('comes back as it was sent: %s', async (_what, text) => {
    const address = await addressOf({ question: text, history: text });
    const posted = await as('gp').ask('POST', `${address}/posts`, note(text));
    expect(posted.status).toBe(201);
    const { question, history, posts } = await read(address);
    expect([question, history, posts[0]?.body]).toEqual([text, text, text]);
  });
});

describe('text that is refused', () => {
  const refused = [
    ['empty', ''],
    ['nothing but spaces', ' \n\t\u00a0\u2003 '],
    ['half a character', 'fever \ud83d'],
    ['a NUL', 'fever\u0000'],
    ['200 kB', 'x'.repeat(200_000)],
    ['a number', 5],
    ['a list', ['fever']],
    ['an object', { text: 'fever' }],
    ['null', null],
  ] as const;

  it.each(refused)('names the field of a post: %s', async (_what, body) => {
    const address = await addressOf();
    expect(placesIn(await as('gp').ask('POST', `${address}/posts`, note(body)))).toEqual(['body']);
    expect(await read(address)).toMatchObject({ version: 1, posts: [] });
  });

  it.each(refused)('names the field of a new case: %s', async (_what, text) => {
    const answer = await as('gp').ask('POST', '/api/v1/cases', {
      ...aCase(directory.panelId),
      history: text,
    });
    expect(placesIn(answer)).toEqual(['history']);
  });

  it('is told how long it may be', async () => {
    const { body } = await as('gp').ask('POST', `${await addressOf()}/posts`, note('x'.repeat(20_001)));
    expect(body.issues).toEqual([{ path: 'body', message: 'Use at most 20000 characters.' }]);
    const fits = await as('gp').ask('POST', `${await addressOf()}/posts`, note('x'.repeat(20_000)));
    expect(fits.status).toBe(201);
  });

  it('of 1 MiB is too much for any request, and says so', async () => {
    const { status, body } = await as('gp').ask('POST', '/api/v1/cases', {
      ...aCase(directory.panelId),
      history: 'x'.repeat(2 ** 20),
    });
    expect([status, body.code]).toEqual([413, 'payload-too-large']);
  });
});

describe('a new case with a wrong field', () => {
  it.each([
    ['an age that is no band', { ageBand: '3 years' }, 'ageBand'],
    ['a date of birth', { dateOfBirth: '2020-01-01' }, ''],
    ['an unknown sex', { sex: 'x' }, 'sex'],
    ['an unknown urgency', { priority: 'now' }, 'priority'],
    [
      'a result in the wrong unit',
      { results: [{ name: 'CRP', value: 5, unit: 'mmol/L' }] },
      'results.0.unit',
    ],
    [
      'a result of a unit there is not',
      { results: [{ name: 'x', value: 5, unit: 'furlong' }] },
      'results.0.unit',
    ],
    ['a result beyond all numbers', { results: [{ name: 'x', value: 1e300 }] }, 'results.0.value'],
    ['nobody to share with', { audience: [] }, 'audience'],
    ['a panel that is none', { audience: [{ kind: 'panel', panelId: 'x' }] }, 'audience.0.panelId'],
    ['its requester chosen', { requesterId: '01890000-0000-7000-8000-000000000001' }, ''],
    ['its status chosen', { status: 'closed' }, ''],
  ])('names it: %s', async (_what, change, path) => {
    const { status, body } = await as('gp').ask('POST', '/api/v1/cases', {
      ...aCase(directory.panelId),
      ...change,
    });
    expect([status, body.code]).toEqual([400, 'invalid-input']);
    const places = (body.issues ?? []).map((issue) => issue.path);
    expect(places.some((place) => place === path || (path !== '' && place.startsWith(`${path}.`)))).toBe(
      true,
    );
    if (path === '') expect(JSON.stringify(body.issues)).toContain(Object.keys(change)[0]);
  });

  it.each([
    ['a key of the prototype', '{"__proto__":{"status":"closed"}}'],
    ['a key of the constructor', '{"constructor":{"prototype":{"status":"closed"}}}'],
    ['a thousand lists in each other', `{"question":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['a number beyond all numbers', '{"question":1e999}'],
    ['a key of half a character', '{"\\ud800":1}'],
    ['JSON that ends too early', '{"question":"Is it'],
  ])('is refused before any field: %s', async (_what, body) => {
    const answer = await as('gp').ask('POST', '/api/v1/cases', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-input']);
    expect(JSON.stringify(answer.body)).not.toContain('Is it');
    expect({}).not.toHaveProperty('status');
  });
});

describe('a case that has ended', () => {
  it('takes no post and no second end, says so, and stays as it was', async () => {
    const address = await addressOf();
    await as('specialist-on-call').ask('POST', `${address}/posts`, advice);
    const closed = await as('gp').ask('POST', `${address}/close`, { survey });
    expect(closed.status).toBe(200);
    const before = await read(address);

    const late = await as('specialist-on-call').ask('POST', `${address}/posts`, note('One more thing.'));
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
    expect(late.body.detail).toMatch(/has ended/);
    const again = await as('gp').ask('POST', `${address}/close`, { survey });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect(again.body.detail).toMatch(/[a-z]{3,}.*\./);
    expect(await read(address)).toEqual(before);
  });

  it('ends once when two ask for it at the same time', async () => {
    const address = await addressOf();
    await as('specialist-on-call').ask('POST', `${address}/posts`, advice);
    const answers = await Promise.all(
      ([0, 1, 0, 1] as const).map((replica) => as('gp', replica).ask('POST', `${address}/close`, { survey })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('is not closed without the first two questions, which are named', async () => {
    const address = await addressOf();
    await as('specialist-on-call').ask('POST', `${address}/posts`, advice);
    const answer = await as('gp').ask('POST', `${address}/close`, { survey: {} });
    expect(answer.status).toBe(400);
    expect((answer.body.issues ?? []).map(({ path }) => path)).toEqual(['survey.outcome', 'survey.referral']);
  });
});

describe('two doctors who answer at once, each through a replica of their own', () => {
  const answerAs = (person: PersonKey, replica: 0 | 1, address: string, headers: Record<string, string>) =>
    as(person, replica).ask<ReplyOf<typeof addPost>>('POST', `${address}/posts`, advice, headers);

  it('do not answer over each other: the second is told to read first, and nothing of theirs is posted', async () => {
    const address = await addressOf();
    const tag = { 'if-match': '"1"' };
    const answers = await Promise.all([
      answerAs('specialist-on-call', 0, address, tag),
      answerAs('specialist-two', 1, address, tag),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 412]);
    // Typed as a success; the refused one of the two is a problem document.
    const late = answers.find(({ status }) => status === 412) as unknown as Answer<Problem>;
    expect(late.body).toMatchObject({
      code: 'version-mismatch',
      detail: expect.stringContaining('read it again'),
    });
    expect((await read(address)).posts).toHaveLength(1);
  });

  it('are one when it is the same request, sent again through the other replica', async () => {
    const address = await addressOf();
    const key = { 'idempotency-key': 'once' };
    const first = await answerAs('specialist-on-call', 0, address, key);
    const again = await answerAs('specialist-on-call', 1, address, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await read(address)).posts).toHaveLength(1);
  });
});
