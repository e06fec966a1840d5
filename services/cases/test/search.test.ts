import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDraft } from '@definitivedx/contracts';
import fc from 'fast-check';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';
import { Finding } from './finding.js';

let clinic: Clinic;
let finding: Finding;
let discussing: Discussing;
let panel: Panel;
let gp: Person;
let stranger: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  finding = new Finding(clinic);
  discussing = new Discussing(clinic);
  panel = await clinic.panel();
  gp = await clinic.gp();
  stranger = await clinic.gp();
});
afterAll(() => clinic.world.stop());

const saying = async (history: string, rest: Parameters<Clinic['caseFor']>[1] = {}): Promise<string> => {
  clinic.world.clock.advance(1_000);
  return (await clinic.share(gp, clinic.caseFor([toPanel(panel)], { history, ...rest }))).caseId;
};

describe('a search', () => {
  it('finds words in any form, beginnings, phrases and case codes, in question, history and posts', async () => {
    const caseId = await saying('A barking cough at night, vaccinated, no stridor at rest.', {
      question: 'Would dexamethasone help?',
      examination: 'Mild recession of the chest.',
    });
    const { code } = await clinic.read(gp, caseId);
    await clinic.post(panel.onCall, caseId, 'advice', { body: 'Give one dose; observe for apnoeas.' });
    const typed = [
      'cough',
      'coughing vaccination',
      'dexa*',
      'DEXAMETHASONE apnoea',
      '"barking cough"',
      '"barking cough" vaccin* apnoeas',
      '“no stridor”',
      'recession',
      code,
      ` ${code.toLowerCase().replaceAll('-', ' ')} `,
    ];
    for (const words of typed) {
      expect([words, await finding.search(gp, words)]).toEqual([words, [caseId]]);
      expect([words, await finding.search(panel.lead, words)]).toEqual([words, [caseId]]);
      expect([words, await finding.search(stranger, words)]).toEqual([words, []]);
    }
    for (const words of ['"cough barking"', 'cough seizure', 'dexamethasonex', 'examet*']) {
      expect([words, await finding.search(gp, words)]).toEqual([words, []]);
    }
  });

  it('finds what is there now: edited words, nothing withdrawn, no draft', async () => {
    const caseId = await saying('A limping child.');
    const { postId } = await clinic.post(gp, caseId, 'information', { body: 'Seen by the osteopathword.' });
    expect(await finding.search(panel.onCall, 'osteopathword')).toEqual([caseId]);
    await discussing.edit(gp, caseId, postId, { body: 'Seen by the podiatristword.' });
    expect(await finding.search(panel.onCall, 'osteopathword')).toEqual([]);
    expect(await finding.search(panel.onCall, 'podiatristword')).toEqual([caseId]);
    await discussing.withdraw(gp, caseId, postId);
    expect(await finding.search(gp, 'podiatristword')).toEqual([]);
    const content = { question: 'About draftword?' };
    await clinic.world.request(createDraft, await gp.caller(), { commandId: randomUUID(), content });
    expect(await finding.search(gp, 'draftword')).toEqual([]);
    expect(await finding.wronglyFiled()).toEqual([]);
  });

  it('comes latest first, in pages, and is narrowed as lists are', async () => {
    const cases = [];
    for (let i = 0; i < 5; i += 1) cases.push(await saying('Recurrent pageword.'));
    cases.push(await saying('Urgent pageword.', { priority: 'urgent' }));
    const latestFirst = cases.toReversed();
    expect(await finding.ids(gp, { words: 'pageword', limit: 2 })).toEqual(latestFirst);
    expect(await finding.ids(gp, { words: 'pageword', priority: 'urgent' })).toEqual([latestFirst[0]]);
    expect(await finding.ids(gp, { words: 'pageword', view: 'mine' })).toEqual(latestFirst);
    expect(await finding.ids(panel.onCall, { words: 'pageword', view: 'responsible' })).toEqual(latestFirst);
    expect(await finding.ids(panel.lead, { words: 'pageword', view: 'responsible' })).toEqual([]);
    expect(await finding.ids(panel.lead, { words: 'pageword', view: 'mine' })).toEqual([]);
    await finding.follow(gp, cases[1]!);
    expect(await finding.ids(gp, { words: 'pageword', view: 'followed' })).toEqual([cases[1]]);
    expect((await finding.page(gp, { words: 'pageword', count: true, limit: 1 })).count).toEqual({
      count: 6,
      more: false,
    });
    expect(await refusal(finding.page(gp, { words: 'pageword', order: 'due' }))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'order' }],
    });
  });
});

describe('a search that takes too long', () => {
  it('is ended on the server, not counted besides, and asks for narrower words', async () => {
    const caseId = await saying('A slowword.');
    const db = await clinic.world.database('cases');
    const active = () =>
      db.run<{ query: string }>({
        name: '',
        text: `select query from pg_stat_activity where datname = current_database() and state = 'active'
               and pid <> pg_backend_pid() and query like '%case_text%'`,
      });
    // Whoever searches has to wait, as if there were very much to go through.
    await db.transaction(async (tx) => {
      await tx.run({ name: '', text: 'lock table case_text in access exclusive mode' });
      expect(await refusal(finding.page(gp, { words: 'slowword', count: true }))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'words', message: expect.stringContaining('Narrow the words') }],
      });
      expect(await active()).toEqual([]);
      // Other lists do not wait for it.
      expect(await finding.ids(gp, { view: 'mine' })).toContain(caseId);
    });
    expect((await finding.page(gp, { words: 'slowword', count: true })).count).toEqual({
      count: 1,
      more: false,
    });
  });
});

describe('what a searcher may not see', () => {
  it('is in no row and no count, and finding it out takes no other time', async () => {
    const [mine, theirs] = [await clinic.gp(), await clinic.gp()];
    for (let i = 0; i < 10; i += 1) {
      await clinic.share(theirs, clinic.caseFor([toPanel(panel)], { history: 'Their secretword.' }));
      await clinic.share(mine, clinic.caseFor([toPanel(panel)], { history: 'My plainword.' }));
    }
    const searched = await finding.page(mine, { words: 'secretword', count: true });
    expect(searched).toEqual(await finding.page(mine, { words: 'nowhereword', count: true }));
    expect(searched).toEqual({ cases: [], nextCursor: null, count: { count: 0, more: false } });

    const times: Record<string, number[]> = { secretword: [], nowhereword: [] };
    for (let round = 0; round < 60; round += 1) {
      for (const words of ['secretword', 'nowhereword']) {
        const begun = performance.now();
        await finding.page(mine, { words });
        times[words]?.push(performance.now() - begun);
      }
    }
    const [secret, nowhere] = Object.values(times).map((all) => all.toSorted((a, b) => a - b)[30]!);
    expect(Math.abs(secret! - nowhere!)).toBeLessThan(Math.max(2, nowhere! * 0.5));
  });

  it('is not to be had with the key it is filed under, in whatever way it is written', async () => {
    const secret = await saying('Not for everybody.');
    const key = panel.panelId;
    const typed = [
      key,
      `' ${key}'`,
      `" ${key}"`,
      `\\ ${key}*`,
      `' ${key}' | everybody`,
      `everybody | ' ${key}'`,
    ];
    for (const words of typed) {
      const found = await finding.page(stranger, { words }).catch(() => ({ cases: [] }));
      expect(found.cases.map(({ caseId }) => caseId)).not.toContain(secret);
    }
  });

  it('opens and closes with the share, also one that runs out', async () => {
    const invited = await clinic.specialist();
    const caseId = await saying('Shared shareword.');
    const expiresAt = new Date(clinic.world.clock.now().getTime() + 3_600_000).toISOString();
    const [, lasting] = await finding.share(gp, caseId, [
      { ...toMember(invited), expiresAt },
      toMember(await clinic.specialist()),
    ]);
    expect(await finding.search(invited, 'shareword')).toEqual([caseId]);
    clinic.world.clock.advance(7_200_000);
    expect(await finding.search(invited, 'shareword')).toEqual([]);
    await finding.revoke(gp, caseId, lasting!);
    expect(await finding.wronglyFiled()).toEqual([]);
  });
});

describe('hostile input', () => {
  it('is never a syntax error', async () => {
    const nasty = [
      "'",
      "''",
      '"',
      '""',
      '\\',
      '!',
      '!!a',
      '&',
      '|',
      'a & | b',
      '(',
      ')',
      '<->',
      'a <2> b',
      ':*',
      'a:*',
      'abc:*',
      'abc:ABCD',
      '*',
      '**',
      'ab*',
      '-',
      '--',
      "x' OR '1'='1",
      '$1',
      '%s',
      '\u202e',
      '👶',
      'שלום',
      '١٢٣',
      'x'.repeat(200),
      'a.'.repeat(100),
      'a@'.repeat(100),
      '/'.repeat(200),
      '"'.repeat(200),
      'word '.repeat(40).trim(),
      'the of and',
    ];
    const outcome = async (words: string): Promise<string> =>
      finding.page(gp, { words }).then(
        () => 'answered',
        (error: unknown) => (error as { code: string }).code,
      );
    for (const words of nasty) {
      expect(['answered', 'invalid-input']).toContain(await outcome(words));
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), async (words) => {
        expect(['answered', 'invalid-input']).toContain(await outcome(words));
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['too much', 'x'.repeat(201)],
    ['a mebibyte', 'x'.repeat(1_000_000)],
    ['only spaces', '   '],
    ['half a character', 'a\ud800'],
    ['words of nearly every text alone', 'the and of'],
    ['the beginning of nearly everything', 'ab*'],
    ['more than there is a point in', 'word '.repeat(30)],
  ])('%s is refused by the name of its field', async (_what, words) => {
    expect(await refusal(finding.page(gp, { words }))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'words' }],
    });
  });

  it('in a text costs no more than that its words are not all found', async () => {
    const caseId = await saying('The first hostileword.');
    // Each a word of its own, of many bytes: more of them than an index of a text can hold.
    const word = (i: number): string =>
      String.fromCodePoint(0x4e00 + (i % 20_000), 0x4e00 + (Math.floor(i / 20_000) % 20_000));
    for (let post = 0; post < 16; post += 1) {
      const body = Array.from({ length: 4_500 }, (_, i) => `${word(post * 4_500 + i)}-${word(i)}`)
        .join(' ')
        .slice(0, 20_000);
      await clinic.post(gp, caseId, 'information', { body }).catch((error: unknown) => {
        // The discussion is full.
        expect((error as { code: string }).code).toBe('conflict');
      });
    }
    await clinic.post(gp, caseId, 'note', { body: 'a.'.repeat(9_000) }).catch(() => undefined);
    expect(await finding.search(panel.onCall, 'hostileword')).toEqual([caseId]);
  }, 60_000);
});
