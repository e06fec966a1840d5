import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceContext } from '@definitivedx/bus';
import { importBaseline } from '@definitivedx/contracts';
import { importBaseline as importCommand } from '../src/commands/import-baseline.js';
import { Programme, refusal } from './programme.js';

const header = 'asked_at,answered_at,referral';
const answeredLine = '2025-03-04T09:30Z,2025-03-05T10:15Z,avoided';
const unansweredLine = '2025-03-04T09:30Z,,unknown';

/** A file with this many lines below its header. */
const file = (lines: number): string[] => [
  header,
  ...Array.from({ length: lines }, (_, index) => (index % 5 === 0 ? unansweredLine : answeredLine)),
];

let programme: Programme;
let organisationId: string;
beforeAll(async () => {
  programme = await Programme.start();
});
beforeEach(() => {
  organisationId = randomUUID();
});
afterAll(() => programme.stop());

async function send(csv: string, name = 'Advice line'): Promise<{ imported: number }> {
  return programme.world.request(importBaseline, await programme.lead(organisationId), { name, csv });
}

async function kept(): Promise<number> {
  const [row] = await programme.rows<{ count: number }>(
    `select count(*)::int as count from baseline b join baseline_thread on baseline_id = b.id where organisation_id = $1`,
    [organisationId],
  );
  return row?.count ?? 0;
}

describe('importing a baseline', () => {
  it('keeps every line', async () => {
    expect(await send(file(2_500).join('\n'))).toEqual({ imported: 2_500 });
    expect(await kept()).toBe(2_500);
  });

  it('takes what spreadsheets write: a byte order mark, Windows line ends, quotation marks, spaces, an empty last line', async () => {
    const csv = `\uFEFFReferral,"asked_at",answered_at\r\n"none", 2025-03-04T09:30:00+00:00 ,"2025-03-04T09:45Z"\r\n\r\n`;
    expect(await send(csv)).toEqual({ imported: 1 });
    expect(
      await programme.rows(
        `select referral, asked_at, answered_at, within_working_day from baseline b
         join baseline_thread on baseline_id = b.id where organisation_id = $1`,
        [organisationId],
      ),
    ).toEqual([
      {
        referral: 'none',
        asked_at: new Date('2025-03-04T09:30:00Z'),
        answered_at: new Date('2025-03-04T09:45:00Z'),
        within_working_day: true,
      },
    ]);
  });

  it('replaces the one of the same name, and only that one, for that organisation', async () => {
    await send(file(20).join('\n'));
    await send(file(3).join('\n'));
    expect(await kept()).toBe(3);
    await send(file(4).join('\n'), 'Another line');
    expect(await kept()).toBe(7);
    const first = organisationId;
    organisationId = randomUUID();
    await send(file(2).join('\n'));
    expect(await kept()).toBe(2);
    organisationId = first;
    expect(await kept()).toBe(7);
  });

  it('two at once of the same name leave one of them whole', async () => {
    await Promise.all([send(file(1_200).join('\n')), send(file(1_700).join('\n'))]);
    expect([1_200, 1_700]).toContain(await kept());
  });

  it('refuses all of a thousand lines for one bad one, names it, and leaves what was there', async () => {
    await send(file(5).join('\n'));
    const lines = file(1_000);
    lines[616] = '2025-03-04T09:30Z,2025-03-03T10:15Z,avoided';
    expect(await refusal(send(lines.join('\n')))).toMatchObject({
      code: 'invalid-input',
      message: 'One line is wrong, so nothing was imported. Please correct the file and import it again.',
      issues: [{ path: 'line 617', message: 'answered_at is before asked_at.' }],
    });
    expect(await kept()).toBe(5);
  });

  it('names the first fifty of many bad lines and says how many there are', async () => {
    const lines = [header, ...Array.from({ length: 80 }, () => 'yesterday,,none')];
    const { message, issues } = await refusal(send(lines.join('\n')));
    expect(message).toContain('80 lines are wrong, so nothing was imported. The first 50 are named.');
    expect(issues.map(({ path }) => path).slice(0, 2)).toEqual(['line 2', 'line 3']);
    expect(issues).toHaveLength(50);
  });

  it('counts lines as an editor does: a value that runs over several is named by where it ends', async () => {
    const csv = [header, '"2025-03-04T09:30Z', '",,none', 'wrong,,none'].join('\n');
    expect((await refusal(send(csv))).issues.map(({ path }) => path)).toEqual(['line 3', 'line 4']);
  });

  it.each(['=HYPERLINK("https://x.invalid";"a")', '+447700900000', '-1+1', '@SUM(A1)', "=cmd|' /C calc'!A0"])(
    'keeps and repeats nothing of the formula %s',
    async (formula) => {
      const cell = `"${formula.replaceAll('"', '""')}"`;
      const refused = await refusal(send([header, `${cell},,none`, `2025-03-04T09:30Z,,${cell}`].join('\n')));
      expect(refused.issues.map(({ path }) => path)).toEqual(['line 2', 'line 3']);
      expect(JSON.stringify(refused)).not.toContain(formula.slice(1));
      expect(await kept()).toBe(0);
    },
  );

  it.each([
    ['nothing', '', 'line 1'],
    ['no header', answeredLine, 'line 1'],
    ['a header alone', header, 'line 2'],
    ['a column of its own', `${header},subject\n${answeredLine},x`, 'line 1'],
    ['an open quotation mark', `${header}\n${answeredLine}\n"2025-03-04T09:30Z,,none\n`, 'line 3'],
    ['a quotation mark inside a value', `${header}\n2025"-03-04T09:30Z,,none`, 'line 2'],
    ['a column named after a prototype', `__proto__,constructor,referral\n${answeredLine}`, 'line 1'],
  ])('refuses %s', async (_what, csv, path) => {
    expect(await refusal(send(csv))).toMatchObject({ code: 'invalid-input', issues: [{ path }] });
  });

  it('refuses a file that the bus could not carry safely, and carries the largest other', async () => {
    const fits = file(18_000).join('\n');
    expect(await send(fits)).toEqual({ imported: 18_000 });
    const tooLarge = file(22_000).join('\n');
    expect(await refusal(send(tooLarge))).toMatchObject({ code: 'invalid-input' });
  });

  it.each(['clinician', 'specialist', 'organisation-admin', 'operator'] as const)(
    'is refused to a %s',
    async (role) => {
      const member = await programme.world.member({ organisationId, roles: [role] });
      const request = programme.world.request(importBaseline, member, { name: 'x', csv: file(1).join('\n') });
      expect(await refusal(request)).toMatchObject({ code: 'forbidden' });
    },
  );

  it('takes 20,000 lines, more than one message of the bus can hold', async () => {
    const service = programme.service.app.get(ServiceContext);
    const csv = file(20_000).join('\n');
    const start = performance.now();
    await importCommand(service, await programme.lead(organisationId), { name: 'Large', csv });
    console.info(`20,000 lines imported in ${(performance.now() - start).toFixed(0)} ms`);
    expect(await kept()).toBe(20_000);
  });
});
