import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  changeDraft,
  createDraft,
  deleteDraft,
  exportMember,
  getDraft,
  listDrafts,
  memberErased,
  type DraftContent,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { fileKeyProvider } from '@definitivedx/crypto';
import { openDraft, type Sealed } from '../src/data/sealed-drafts.js';
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

type Draft = ReplyOf<typeof createDraft>;
const typed: DraftContent = {
  question: 'Is the vogelmark rash',
  results: [{ name: 'CRP' }],
  odd: '\ud800 😀 ‮',
};

async function keep(by: Person, content: DraftContent = typed, commandId = randomUUID()): Promise<Draft> {
  return clinic.world.request(createDraft, await by.caller(), { commandId, content });
}
async function read(by: Person, draftId: string): Promise<ReplyOf<typeof getDraft>> {
  return clinic.world.request(getDraft, await by.caller(), { draftId });
}
async function change(
  by: Person,
  draftId: string,
  content: DraftContent,
  expectedVersion?: number,
): Promise<Draft> {
  return clinic.world.request(changeDraft, await by.caller(), {
    ...{ commandId: randomUUID(), draftId, content },
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  });
}
async function discard(by: Person, draftId: string): Promise<void> {
  await clinic.world.request(deleteDraft, await by.caller(), { draftId });
}
async function draftsOf(by: Person): Promise<Draft[]> {
  return (await clinic.world.request(listDrafts, await by.caller(), {})).drafts;
}
const rowsOf = (draftId: string): Promise<(Sealed & { row: string })[]> =>
  clinic.rows(
    `select key_id as "keyId", wrapped_key as "wrappedKey", sealed, to_jsonb(d)::text as row from draft d where id = $1`,
    [draftId],
  );
const gone = { code: 'not-found', message: expect.stringContaining('draft') };

describe('a draft', () => {
  it('comes back as it was typed, complete or not, and expires 14 days after its last change', async () => {
    const draft = await keep(gp);
    const days = (Date.parse(draft.expiresAt) - clinic.world.clock.now().getTime()) / 86_400_000;
    expect(days).toBe(14);
    expect(await read(gp, draft.draftId)).toEqual({ ...draft, version: 1, content: typed });

    clinic.world.clock.advance(86_400_000);
    const changed = await change(gp, draft.draftId, { question: 'Is it?' });
    expect(changed).toMatchObject({ version: 2, createdAt: draft.createdAt });
    expect(Date.parse(changed.expiresAt) - Date.parse(draft.expiresAt)).toBe(86_400_000);
    expect(await read(gp, draft.draftId)).toEqual({ ...changed, content: { question: 'Is it?' } });
    expect((await draftsOf(gp))[0]).toEqual(changed);
  });

  it('is its writer’s alone: to everybody else it looks as if it were not there', async () => {
    const { draftId } = await keep(gp);
    const colleague = await clinic.gp();
    for (const strange of [randomUUID(), draftId]) {
      expect(await refusal(read(colleague, strange))).toMatchObject(gone);
      expect(await refusal(change(colleague, strange, {}))).toMatchObject(gone);
      expect(await refusal(change(colleague, strange, {}, 7))).toMatchObject(gone);
      await discard(colleague, strange);
    }
    expect(await draftsOf(colleague)).toEqual([]);
    expect((await read(gp, draftId)).content).toEqual(typed);
    // Nobody but those who share cases has any.
    expect(await refusal(keep(await clinic.administrator()))).toMatchObject({ code: 'forbidden' });
  });

  it('is not overwritten from a window that has not seen its latest version', async () => {
    const { draftId } = await keep(gp);
    await change(gp, draftId, { question: 'one' }, 1);
    const stale = await refusal(change(gp, draftId, { question: 'two' }, 1));
    expect(stale).toMatchObject({ code: 'version-mismatch' });
    const both = await Promise.allSettled([
      change(gp, draftId, { question: 'three' }, 2),
      change(gp, draftId, { question: 'four' }, 2),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await read(gp, draftId)).toMatchObject({ version: 3 });
  });

  it('can be deleted, and that again', async () => {
    const { draftId } = await keep(gp);
    await discard(gp, draftId);
    await discard(gp, draftId);
    expect(await refusal(read(gp, draftId))).toMatchObject(gone);
    expect(await rowsOf(draftId)).toEqual([]);
  });

  it('is kept once for a command that is repeated, and nothing of it is in the ledger', async () => {
    const commandId = randomUUID();
    const first = await keep(gp, typed, commandId);
    expect(await keep(gp, typed, commandId)).toEqual(first);
    const [ledger] = await clinic.rows<{ reply: unknown }>('select reply from command where id = $1', [
      commandId,
    ]);
    expect(JSON.stringify(ledger)).not.toContain('vogelmark');
    expect(await clinic.rows('select 1 from outbox where payload::text like $1', ['%vogelmark%'])).toEqual(
      [],
    );
  });

  it('is one of fifty at most', async () => {
    const busy = await clinic.gp();
    const attempts = await Promise.allSettled(Array.from({ length: 53 }, () => keep(busy)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(await draftsOf(busy)).toHaveLength(50);
    expect(await refusal(keep(busy))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('send or delete one'),
    });
    const [one] = await draftsOf(busy);
    await discard(busy, one!.draftId);
    await keep(busy);
  });

  it('may be as long as any case, and no longer', async () => {
    const long = { history: '中'.repeat(80_000) };
    const { draftId } = await keep(gp, long);
    expect((await read(gp, draftId)).content).toEqual(long);
    const tooLong = await refusal(keep(gp, { history: 'x'.repeat(250_001) }));
    expect(tooLong).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'content' })],
    });
  });
});

describe('what is stored of a draft', () => {
  it('is ciphertext, which differs each time and opens for no other draft and no other member', async () => {
    const { draftId } = await keep(gp);
    const [stored] = await rowsOf(draftId);
    const hex = Buffer.from('vogelmark').toString('hex');
    expect(stored!.row).not.toContain('vogelmark');
    expect(stored!.row).not.toContain(hex);
    const other = await keep(gp);
    expect((await rowsOf(other.draftId))[0]!.sealed.equals(stored!.sealed)).toBe(false);

    const keys = await fileKeyProvider(clinic.world.secrets.draftsKeyringFile);
    const owner = { draftId, memberId: gp.memberId };
    expect(await openDraft(keys, owner, stored!)).toEqual(typed);
    const refused = { code: 'internal', message: expect.stringContaining('cannot be opened') };
    expect(await refusal(openDraft(keys, { ...owner, draftId: other.draftId }, stored!))).toMatchObject(
      refused,
    );
    expect(
      await refusal(openDraft(keys, { ...owner, memberId: panel.lead.memberId }, stored!)),
    ).toMatchObject(refused);
    for (const place of [0, 40, stored!.sealed.length - 1]) {
      const flipped = Buffer.from(stored!.sealed);
      flipped[place]! ^= 1;
      expect(await refusal(openDraft(keys, owner, { ...stored!, sealed: flipped }))).toMatchObject(refused);
    }
  });

  it('is refused when it was put into another draft’s row, and says so', async () => {
    const [mine, theirs] = [await keep(gp), await keep(panel.lead)];
    await clinic.rows(
      `update draft d set key_id = o.key_id, wrapped_key = o.wrapped_key, sealed = o.sealed
         from draft o where d.id = $1 and o.id = $2`,
      [mine.draftId, theirs.draftId],
    );
    expect(await refusal(read(gp, mine.draftId))).toMatchObject({ code: 'internal' });
    await discard(gp, mine.draftId);
  });
});

describe('a draft goes', () => {
  it('with the case it became, and stays when that is refused', async () => {
    const { draftId } = await keep(gp);
    const nobody = clinic.caseFor([toMember(await clinic.gp())], { draftId });
    expect(await refusal(clinic.share(gp, nobody))).toMatchObject({ code: 'invalid-input' });
    expect((await read(gp, draftId)).content).toEqual(typed);

    const input = clinic.caseFor([toPanel(panel)], { draftId });
    const { caseId } = await clinic.share(gp, input);
    expect(await refusal(read(gp, draftId))).toMatchObject(gone);
    expect(await clinic.share(gp, input)).toMatchObject({ caseId });
  });

  it('not with the case of somebody else', async () => {
    const { draftId } = await keep(gp);
    await clinic.share(await clinic.gp(), clinic.caseFor([toPanel(panel)], { draftId }));
    expect((await read(gp, draftId)).content).toEqual(typed);
  });

  it('fourteen days after its last change: at once for its writer, and soon from the database', async () => {
    const [old, fresh] = [await keep(gp), await keep(gp)];
    clinic.world.clock.advance(13 * 86_400_000);
    await change(gp, fresh.draftId, { question: 'still wanted' });
    clinic.world.clock.advance(86_400_000);
    expect(await refusal(read(gp, old.draftId))).toMatchObject(gone);
    expect(await refusal(change(gp, old.draftId, {}))).toMatchObject(gone);
    expect((await draftsOf(gp)).map(({ draftId }) => draftId)).toEqual([fresh.draftId]);
    await until(async () => (await rowsOf(old.draftId)).length === 0, 'the expired draft to be deleted');
    expect((await read(gp, fresh.draftId)).content).toEqual({ question: 'still wanted' });
  });

  it('with its writer, who gets it in their own export before', async () => {
    const leaving = await clinic.gp();
    const { draftId } = await keep(leaving);
    const contract = exportMember('cases');
    const { sections } = await clinic.world.request(contract, await leaving.caller(), {});
    expect(sections.find(({ name }) => name === 'drafts')?.rows).toEqual([
      {
        ...{ draftId, version: 1, content: typed },
        ...{ createdAt: expect.any(String), changedAt: expect.any(String), expiresAt: expect.any(String) },
      },
    ]);

    const { memberId } = leaving;
    const at = new Date().toISOString();
    await clinic.world.publish(memberErased, memberId, { memberId, at });
    await until(async () => (await rowsOf(draftId)).length === 0, 'the draft to be erased');
  });
});
