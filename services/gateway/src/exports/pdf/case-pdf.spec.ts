import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { extractText, getDocumentProxy } from 'unpdf';
import { caseDocument } from '../../../test/support/case-document.js';
import { accountOf, type CaseDocument } from '../account.js';
import { casePdf } from './case-pdf.js';

const drawn = async (document: CaseDocument): Promise<Buffer> =>
  buffer(await casePdf(accountOf(document), new Date(document.takenAt)));

async function pagesOf(bytes: Buffer): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)));
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

describe('the PDF of a case', () => {
  it('says all of it, in order', async () => {
    const text = (await pagesOf(await drawn(caseDocument()))).join(' ');
    const places = [
      'Advice and guidance, case DX-7K3M-9PQ4',
      'Version 5',
      'Is this rash worth a referral?',
      'Temp 38.9 °C, HR 140, cap refill < 2 s.',
      '1. Question, 23 November 2026 at 10:30',
      'Does the rash blanch?',
      '2. Information',
      'It does.',
      '3. Advice',
      'Advice only, no referral recommended.',
      'see again if it stops blanching.',
    ].map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  it('numbers its pages, and says on each of which version of which case it is', async () => {
    const document = caseDocument({ history: 'A line of history.\n'.repeat(400) });
    const pages = await pagesOf(await drawn(document));
    expect(pages.length).toBeGreaterThan(5);
    for (const [place, page] of pages.entries()) {
      expect(page).toContain(`Page ${String(place + 1)} of ${String(pages.length)}`);
      expect(page).toContain('case DX-7K3M-9PQ4 · version 5 · taken 23 November 2026 at 15:00');
      expect(page).toMatch(/A line of history|Discussion/);
    }
    expect(pages.join(' ').match(/A line of history\./g)).toHaveLength(400);
  });

  it('has what the typeface lacks as numbers, and loses no end of a long word', async () => {
    const question = `😀 שלום ${'x'.repeat(500)}END`;
    const text = (await pagesOf(await drawn(caseDocument({ question })))).join('').replaceAll(/\s/g, '');
    expect(text).toContain('[U+1F600][U+05E9U+05DCU+05D5U+05DD]');
    expect(text).toContain(`${'x'.repeat(500)}END`);
  });

  it('is tagged, says its language and title, and gives a reader the characters themselves', async () => {
    const bytes = await drawn(caseDocument({ question: '😀?' }));
    const pdf = await getDocumentProxy(new Uint8Array(bytes));
    const [{ info }, marks, tree] = await Promise.all([
      pdf.getMetadata(),
      pdf.getMarkInfo(),
      pdf.getPage(1).then((page) => page.getStructTree()),
    ]);
    expect(info).toMatchObject({ Language: 'en-GB', Title: 'Advice and guidance, case DX-7K3M-9PQ4' });
    expect(marks).toMatchObject({ Marked: true });
    const roles = JSON.stringify(tree).match(/"role":"\w+"/g) ?? [];
    expect(new Set(roles)).toEqual(
      new Set(
        ['Root', 'Document', 'H1', 'H2', 'H3', 'P', 'Table', 'TR', 'TH', 'TD'].map((r) => `"role":"${r}"`),
      ),
    );
    // UTF-16 with its mark, as PDF writes what is no Latin.
    expect(bytes.includes(Buffer.from('\uFEFF😀?', 'utf16le').swap16())).toBe(true);
  });

  it('is the same for the same case taken at the same moment, and tells nothing of when it was drawn', async () => {
    const [one, other] = [await drawn(caseDocument()), await drawn(caseDocument())];
    expect(one.equals(other)).toBe(true);
    const later = { ...caseDocument(), takenAt: '2026-11-24T15:00:00.000Z' };
    expect(one.equals(await drawn(later))).toBe(false);
  });

  it('draws a long discussion in pieces, between which others get their turn', async () => {
    const document = caseDocument();
    const body = 'Long words of advice, over and over, about nothing in particular.\n'.repeat(300);
    const [last] = document.case.posts.slice(-1);
    for (let number = 4; number <= 18; number += 1) document.case.posts.push({ ...last!, number, body });
    let longest = 0;
    let before = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    const began = performance.now();
    const bytes = await drawn(document);
    const took = performance.now() - began;
    clearInterval(timer);
    expect(bytes.length).toBeGreaterThan(100_000);
    // Against its own whole, so that a busy machine does not matter.
    expect(longest).toBeLessThan(took / 3);
  }, 30_000);

  it.each([
    ['a letter', 'x'],
    ['a sign before which no line ends, whatever spaces there are', '! '],
    ['an opened bracket', '( '],
    ['a space', ' '],
    ['what the typeface lacks', 'ש'],
  ])(
    'takes hardly longer for 20,000 characters of %s than for ordinary words',
    async (_what, unit) => {
      const timed = async (body: string): Promise<number> => {
        const document = caseDocument();
        document.case.posts[0]!.body = body;
        const began = performance.now();
        await drawn(document);
        return performance.now() - began;
      };
      const ordinary = 'Words of advice, over and over. '.repeat(625);
      await timed(ordinary);
      const usual = Math.min(await timed(ordinary), await timed(ordinary));
      // Of what the typeface lacks, each takes the room of eight.
      const length = unit === 'ש' ? 2_500 : 20_000;
      const body = unit.repeat(length / unit.length);
      expect(Math.min(await timed(body), await timed(body))).toBeLessThan(usual * 5);
    },
    60_000,
  );
});
