import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  anonymisationDuty,
  caseForm,
  expectAnswer,
  getTemplate,
  publishTemplate,
  type AudienceEntry,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { z } from 'zod';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

type Publishing = z.input<(typeof publishTemplate)['request']>;

const rash: Pick<Publishing, 'fields' | 'redFlags'> = {
  fields: {
    type: 'object',
    properties: {
      spread: { type: 'string', title: 'How does it spread?', enum: ['suddenly', 'slowly'] },
      since: { type: 'integer', title: 'Days since it began', minimum: 0, maximum: 365 },
      itches: { type: 'boolean', title: 'Does it itch?' },
      where: { type: 'array', title: 'Where?', items: { type: 'string', enum: ['trunk', 'face', 'limbs'] } },
      words: { type: 'string', title: 'What does it look like?', maxLength: 50 },
      area: { type: 'number', title: 'Part of the skin', minimum: 0, maximum: 1 },
    },
    required: ['spread', 'since'],
  },
  redFlags: [
    { code: 'non-blanching', question: 'Does it stay visible under a glass?' },
    { code: 'drowsy', question: 'Is the child drowsy or floppy?' },
  ],
};
const no = { 'non-blanching': false, drowsy: false };

async function publish(
  by: Person,
  to: Panel,
  rest: Partial<Publishing> = {},
): Promise<ReplyOf<typeof publishTemplate>> {
  const input = { commandId: randomUUID(), panelId: to.panelId, ...rash, ...rest };
  return clinic.world.request(publishTemplate, await by.caller(), input);
}

const form = async (by: Person, panelId?: string): Promise<ReplyOf<typeof caseForm>> =>
  clinic.world.request(caseForm, await by.caller(), panelId === undefined ? {} : { panelId });

async function expected(
  audience: AudienceEntry[],
  rest: Partial<InputOf<typeof expectAnswer>> = {},
): Promise<ReplyOf<typeof expectAnswer>> {
  const input = { audience, priority: 'routine' as const, ...rest };
  return clinic.world.request(expectAnswer, await gp.caller(), input);
}

const count = (): Promise<unknown> =>
  clinic.rows(`select (select count(*) from cases) as cases, (select count(*) from outbox) as outbox`);

describe('what a case tells', () => {
  const content = {
    examination: 'Chest clear, no rash.',
    results: [
      { name: 'CRP', value: 12.5, unit: 'mg/L' as const, range: { high: 5 }, taken: 'day 3' },
      { name: 'Urine dipstick', value: 'negative' },
    ],
    medication: 'Paracetamol when needed.',
    specialty: 'infectious diseases',
    referralAllowed: true,
    consent: { sharing: 'patient', photographs: 'given' } as const,
  };

  it('is read as it was written, with who recorded the consent, and when', async () => {
    const { caseId, createdAt } = await clinic.share(gp, clinic.caseFor([toPanel(panel)], content));
    expect(await clinic.read(panel.onCall, caseId)).toMatchObject({
      ...content,
      consent: { ...content.consent, recordedBy: gp.memberId, recordedAt: createdAt },
      template: null,
    });
  });

  it('says of what was not given that it was not', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    expect(await clinic.read(gp, caseId)).toMatchObject({
      examination: null,
      results: [],
      medication: null,
      specialty: null,
      referralAllowed: false,
    });
  });

  it('names the result whose unit is wrong, and the right ones', async () => {
    const wrong = [content.results[0]!, { name: 'Bilirubin', value: 250, unit: 'mg/L' as const }];
    const refused = await refusal(clinic.share(gp, clinic.caseFor([toPanel(panel)], { results: wrong })));
    expect(refused).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'results.1.unit', message: 'Give Bilirubin in umol/L (µmol/L) or mg/dL.' }],
    });
  });

  it('fits into one message at its longest', async () => {
    const asked = await clinic.panel();
    const words = Object.fromEntries(
      Array.from({ length: 5 }, (_, place) => [
        `f${String(place)}`,
        { type: 'string' as const, title: 'T', maxLength: 4_000 },
      ]),
    );
    await publish(asked.lead, asked, { fields: { type: 'object', properties: words }, redFlags: [] });
    const long = (length: number): string => '\u0001'.repeat(length - 1) + 'x';
    const line = (length: number): string => '中'.repeat(length);
    const longest = clinic.caseFor([toPanel(asked)], {
      question: long(4_000),
      history: long(20_000),
      examination: long(10_000),
      medication: long(4_000),
      specialty: line(80),
      results: Array.from({ length: 40 }, () => ({ name: line(80), value: line(60), taken: line(60) })),
      template: {
        version: 1,
        answers: Object.fromEntries(Object.keys(words).map((name) => [name, long(4_000)])),
      },
    });
    const { caseId } = await clinic.share(gp, longest);
    const { question, examination, template } = await clinic.read(gp, caseId);
    expect({ question, examination }).toEqual({
      question: longest.question,
      examination: longest.examination,
    });
    expect(template).toMatchObject(longest.template!);
    // There is still room to answer it.
    await clinic.post(asked.onCall, caseId, 'advice', { body: long(20_000) });
  });
});

describe('what a panel asks', () => {
  it('is published by its lead and by its administrator, and each publication is a version of its own', async () => {
    const own = await clinic.panel();
    const first = await publish(own.lead, own);
    expect(first).toMatchObject({ version: 1, publishedBy: own.lead.memberId, redFlags: rash.redFlags });
    const administrator = await clinic.trustAdministrator();
    const second = await publish(administrator, own, { redFlags: [] });
    expect(second).toMatchObject({ version: 2, redFlags: [], publishedBy: administrator.memberId });
    expect(await publish(own.lead, own, { redFlags: [] })).toEqual(second);

    const read = async (version?: number): Promise<unknown> =>
      clinic.world.request(getTemplate, await gp.caller(), {
        panelId: own.panelId,
        ...(version === undefined ? {} : { version }),
      });
    expect(await read()).toEqual(second);
    expect(await read(1)).toEqual(first);
    expect(await refusal(read(3))).toMatchObject({ code: 'not-found' });
    // Whoever renders it shows the questions in the order in which they were written.
    expect(Object.keys(first.fields.properties)).toEqual(Object.keys(rash.fields.properties));
  });

  it('is nobody else’s to decide', async () => {
    expect(await refusal(publish(panel.onCall, panel))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(publish(await clinic.administrator(), panel))).toMatchObject({ code: 'not-found' });
    expect(await refusal(publish(gp, panel))).toMatchObject({ code: 'forbidden' });
  });

  it('is not overwritten by who has not seen the version in force', async () => {
    const own = await clinic.panel();
    expect(await refusal(publish(own.lead, own, { expectedVersion: 1 }))).toMatchObject({
      code: 'version-mismatch',
    });
    await publish(own.lead, own);
    const others = ['A', 'B', 'C', 'D'].map((question) =>
      publish(own.lead, own, { expectedVersion: 1, redFlags: [{ code: 'other', question }] }),
    );
    const outcomes = await Promise.allSettled(others);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [kept] = await clinic.rows<{ versions: string }>(
      'select count(*) as versions from template where panel_id = $1',
      [own.panelId],
    );
    expect(kept?.versions).toBe('2');
    await expect(
      clinic.rows('update template set version = 9 where panel_id = $1', [own.panelId]),
    ).rejects.toThrow();
  });

  const field = (of: unknown): unknown => ({ type: 'object', properties: { a: of } });
  it.each([
    ['a reference', field({ $ref: '#' })],
    ['a pattern', field({ type: 'string', title: 'T', pattern: '(a+)+$' })],
    ['nesting', field({ type: 'object', title: 'T', properties: {} })],
    ['a deep nest', field({ type: 'array', title: 'T', items: { type: 'array', items: {} } })],
    ['an unknown keyword', field({ type: 'string', title: 'T', format: 'regex' })],
    ['open ends', { type: 'object', properties: {}, additionalProperties: true }],
    [
      'a name of JavaScript',
      { type: 'object', properties: { constructor: { type: 'boolean', title: 'T' } } },
    ],
    ['a path for a name', { type: 'object', properties: { 'a.b': { type: 'boolean', title: 'T' } } }],
    ['a requirement of nothing', { type: 'object', properties: {}, required: ['b'] }],
    ['bounds the wrong way round', field({ type: 'integer', title: 'T', minimum: 2, maximum: 1 })],
    [
      'more questions than anybody answers',
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 41 }, (_, n) => [`f${String(n)}`, { type: 'boolean', title: 'T' }]),
        ),
      },
    ],
  ])('is refused with %s', async (_what, fields) => {
    const hostile = publish(panel.lead, panel, { fields: fields as Publishing['fields'] });
    expect(await refusal(hostile)).toMatchObject({ code: 'invalid-input' });
  });

  it('is refused with the same red flag twice', async () => {
    const twice = [rash.redFlags![0]!, rash.redFlags![0]!];
    expect(await refusal(publish(panel.lead, panel, { redFlags: twice }))).toMatchObject({
      code: 'invalid-input',
    });
  });
});

describe('a case for a panel that asks', () => {
  let asking: Panel;
  beforeAll(async () => {
    asking = await clinic.panel();
    await publish(asking.lead, asking);
  });

  const answers = {
    spread: 'slowly',
    since: 3,
    itches: true,
    where: ['face', 'trunk'],
    area: 0.2,
    words: 'Red.',
  };
  const answering = (rest: Parameters<Clinic['caseFor']>[1] = {}) =>
    clinic.caseFor([toPanel(asking)], { redFlags: no, template: { version: 1, answers }, ...rest });

  it('keeps the answers, and to which version they are', async () => {
    const { caseId } = await clinic.share(gp, answering());
    expect((await clinic.read(asking.onCall, caseId)).template).toEqual({
      panelId: asking.panelId,
      version: 1,
      answers,
      redFlags: no,
    });
  });

  it('is no case but a telephone call when a red flag is there, whatever else is wrong with it', async () => {
    const before = await count();
    const redFlags = { ...no, drowsy: true };
    const attempts = [
      answering({ redFlags }),
      answering({ redFlags: { drowsy: true } }),
      answering({ redFlags, template: { version: 7, answers: {} } }),
      answering({ redFlags, attestation: { version: 'old', hash: '0'.repeat(64) } }),
    ];
    for (const attempt of attempts) {
      expect(await refusal(clinic.share(gp, attempt))).toEqual({
        code: 'emergency',
        message: expect.stringContaining('Call 020 7946 0000 now; no case was made.'),
        issues: [{ path: 'redFlags.drowsy', message: 'Call 020 7946 0000 now.' }],
      });
    }
    expect(await count()).toEqual(before);
    const reserved = await clinic.rows('select 1 from reserved_ids where command_id = any ($1::uuid[])', [
      attempts.map(({ commandId }) => commandId),
    ]);
    expect(reserved).toEqual([]);
  });

  it('is told to call 999 where there is no panel to call', async () => {
    const alone = clinic.caseFor([toMember(asking.onCall)], { redFlags: { drowsy: true } });
    const refused = await refusal(clinic.share(gp, alone));
    expect(refused).toMatchObject({ code: 'emergency', message: expect.stringContaining('Call 999') });
  });

  it('is refused until each red flag is answered, and no other', async () => {
    const before = await count();
    expect(await refusal(clinic.share(gp, answering({ redFlags: { drowsy: false } })))).toMatchObject({
      code: 'invalid-input',
      issues: [
        {
          path: 'redFlags.non-blanching',
          message: 'Answer this first: Does it stay visible under a glass?',
        },
      ],
    });
    expect(await refusal(clinic.share(gp, answering({ redFlags: { ...no, made: false } })))).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'redFlags.made' })],
    });
    expect(await count()).toEqual(before);
  });

  it('is refused without answers, and with answers to another version', async () => {
    const { template: _template, ...without } = answering();
    expect(await refusal(clinic.share(gp, without))).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'template' })],
    });
    const changed = { code: 'conflict', message: expect.stringContaining('read the form again') };
    const other = answering({ template: { version: 2, answers } });
    expect(await refusal(clinic.share(gp, other))).toMatchObject(changed);
    const nothingAsked = clinic.caseFor([toPanel(panel)], { template: { version: 1, answers: {} } });
    expect(await refusal(clinic.share(gp, nothingAsked))).toMatchObject(changed);
  });

  it.each([
    ['an unknown field', { ...answers, made: 'up' }, 'template.answers.made', 'no such field'],
    ['a missing answer', { spread: 'slowly' }, 'template.answers.since', 'Please answer'],
    ['a choice there is not', { ...answers, spread: 'x' }, 'template.answers.spread', 'suddenly, slowly'],
    ['a choice in a list', { ...answers, where: ['x'] }, 'template.answers.where.0', 'trunk, face, limbs'],
    ['a choice twice', { ...answers, where: ['face', 'face'] }, 'template.answers.where', 'once'],
    ['part of a number', { ...answers, since: 1.5 }, 'template.answers.since', 'whole number'],
    ['a number out of bounds', { ...answers, since: 366 }, 'template.answers.since', '365 or less'],
    ['words for a number', { ...answers, since: '3' }, 'template.answers.since', 'whole number'],
    ['too many words', { ...answers, words: 'x'.repeat(51) }, 'template.answers.words', '50 characters'],
  ])('is refused for %s, naming it', async (_what, given, path, message) => {
    const input = answering({ template: { version: 1, answers: given } });
    expect(await refusal(clinic.share(gp, input))).toEqual({
      code: 'invalid-input',
      message: expect.any(String),
      issues: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it('needs none when the panel has withdrawn its form', async () => {
    const own = await clinic.panel();
    await publish(own.lead, own);
    await publish(own.lead, own, { fields: { type: 'object', properties: {} }, redFlags: [] });
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(own)]));
    expect(await clinic.read(gp, caseId)).toMatchObject({ template: null });
  });

  it('keeps its answer when it is sent again after the form has changed', async () => {
    const own = await clinic.panel();
    await publish(own.lead, own);
    const input = clinic.caseFor([toPanel(own)], { redFlags: no, template: { version: 1, answers } });
    const first = await clinic.share(gp, input);
    await publish(own.lead, own, { redFlags: [] });
    expect(await clinic.share(gp, input)).toEqual(first);
  });
});

describe('the form', () => {
  it('tells everything before anything is typed', async () => {
    const own = await clinic.panel();
    const { version, fields, redFlags } = await publish(own.lead, own);
    const told = await form(gp, own.panelId);
    expect(told).toMatchObject({
      emergency: { phone: '020 7946 0000', redFlags, warning: expect.stringContaining('call') },
      panel: { panelId: own.panelId, name: own.name, organisation: 'The Trust' },
      template: { version, fields },
      duty: { version: anonymisationDuty.version, hash: anonymisationDuty.hash },
    });
    expect(told.content).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['question', 'history', 'ageBand', 'sex', 'priority', 'consent']),
      properties: {
        question: { type: 'string', maxLength: 4_000 },
        results: { type: 'array', maxItems: 40 },
      },
    });
    expect(told.knownResults).toContainEqual({ names: ['ESR'], units: ['mm/h'] });
    expect(told.units).toContainEqual({ code: 'Cel', display: '°C' });
  });

  it('is there for people alone, and not for a panel that is none', async () => {
    const told = await form(gp);
    expect(told).toMatchObject({ panel: null, template: null, emergency: { phone: null, redFlags: [] } });
    expect(await refusal(form(gp, randomUUID()))).toMatchObject({ code: 'not-found' });
  });
});

describe('what to expect', () => {
  it('is what then happens: who, and by when', async () => {
    const invited = await clinic.specialist();
    const gap = await clinic.panel({ onCall: 'nobody' });
    const audiences = [
      [[toPanel(panel)], 'on-call'],
      [[toPanel(gap), toMember(invited)], 'panel-lead'],
      [[toMember(invited)], 'invited-specialist'],
    ] as const;
    for (const priority of ['routine', 'urgent'] as const) {
      for (const [audience, as] of audiences) {
        const told = await expected([...audience], { priority });
        const { responsibleId, answerBy } = await clinic.share(
          gp,
          clinic.caseFor([...audience], { priority }),
        );
        expect(told).toMatchObject({ responsible: { memberId: responsibleId, as }, answerBy });
        expect(told.sentence).toContain(told.responsible.name);
      }
    }
  });

  it('leaves nothing behind', async () => {
    const access = await clinic.world.database('access');
    const kept = (): Promise<unknown> =>
      access.run({
        name: 'test-kept',
        text: `select (select count(*) from access_grant) as grants, (select count(*) from case_ref) as cases,
                      (select count(*) from audit where act = 'grant.give') as acts`,
      });
    const before = [await count(), await kept()];
    await expected([toPanel(panel)]);
    expect([await count(), await kept()]).toEqual(before);
  });

  it('says out of hours that nobody is looking, from when somebody is, and whom to call', async () => {
    const { clock } = clinic.world;
    const now = clock.now();
    try {
      clock.set('2026-07-11T20:00:00Z');
      expect(await expected([toPanel(panel)], { priority: 'urgent' })).toMatchObject({
        lookingFrom: '2026-07-13T08:00:00.000Z',
        answerBy: '2026-07-13T12:00:00.000Z',
        phone: '020 7946 0000',
        sentence: expect.stringMatching(
          /Expect an answer by Monday 13 July 2026 at 13:00\. Nobody is looking before Monday 13 July 2026 at 09:00; if the child is unwell now: 020 7946 0000\.$/,
        ),
      });
      clock.set('2026-07-13T08:00:00Z');
      const open = await expected([toPanel(panel)]);
      expect(open.lookingFrom).toBeNull();
      expect(open.sentence).not.toContain('Nobody');
      expect(open.sentence).toContain('020 7946 0000');
    } finally {
      clock.set(now);
    }
  });

  it('refuses what sharing would refuse', async () => {
    const unknown = { kind: 'panel', panelId: randomUUID() } as const;
    const mistakes: AudienceEntry[][] = [
      [toPanel(panel), unknown],
      [toMember(await clinic.gp())],
      [toMember(gp)],
    ];
    for (const audience of mistakes) {
      const told = await refusal(expected(audience));
      expect(told).toEqual(await refusal(clinic.share(gp, clinic.caseFor(audience))));
      expect(told).toMatchObject({ code: 'invalid-input' });
    }
  });
});
