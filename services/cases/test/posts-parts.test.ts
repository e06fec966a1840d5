import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anonymisationDuty, caseMentioned, fileDoor } from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let discussing: Discussing;
let gp: Person;
let panel: Panel;
let caseId: string;
let files: Awaited<ReturnType<Clinic['world']['startProgram']>>;

beforeAll(async () => {
  clinic = await Clinic.open();
  files = await clinic.world.startProgram('files');
  discussing = new Discussing(clinic);
  gp = await clinic.gp();
  panel = await clinic.panel();
  ({ caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)])));
});
afterAll(() => clinic.world.stop());

/** Uploads a small text, as the gateway would. @returns its id. */
async function upload(by: Person, to = caseId): Promise<string> {
  const { headers } = fileDoor;
  const response = await fetch(`http://127.0.0.1:${String(clinic.world.ports.files)}${fileDoor.path}`, {
    method: 'POST',
    headers: {
      [headers.caller]: (await by.caller()).token,
      [headers.caseId]: to,
      [headers.fileId]: randomUUID(),
      [headers.attestationVersion]: anonymisationDuty.version,
      [headers.attestationHash]: anonymisationDuty.hash,
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="note.txt"`,
    },
    body: 'Saturations over the day.',
  });
  if (response.status !== 201) throw new Error(`${String(response.status)}: ${await response.text()}`);
  return ((await response.json()) as { fileId: string }).fileId;
}

const issuesOf = async (of: Promise<unknown>): Promise<string[]> => {
  const { code, issues } = (await refusal(of)) as { code: string; issues: { path: string }[] };
  expect(code).toBe('invalid-input');
  return issues.map(({ path }) => path);
};

describe('the files of a post', () => {
  it('are shown with it in their order, each with its state', async () => {
    const attachments = [await upload(gp), await upload(gp), await upload(gp)].reverse();
    const { postId } = await clinic.post(gp, caseId, 'information', { attachments });
    expect((await discussing.seen(panel.onCall, caseId, postId)).attachments).toEqual(
      attachments.map((fileId) => ({ fileId, state: 'AVAILABLE' })),
    );
  });

  it('are the author’s own, of this case, and belong to one post', async () => {
    const { caseId: other } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const [mine, theirs, elsewhere] = [await upload(gp), await upload(panel.onCall), await upload(gp, other)];
    const wrong = [mine, theirs, elsewhere, randomUUID(), mine];
    const refused = clinic.post(gp, caseId, 'note', { attachments: wrong });
    expect(await issuesOf(refused)).toEqual([1, 2, 3, 4].map((place) => `attachments.${String(place)}`));
    // Nothing of what was refused is kept: the one that was right is still free.
    await clinic.post(gp, caseId, 'note', { attachments: [mine] });
    expect(await issuesOf(clinic.post(gp, caseId, 'note', { attachments: [mine] }))).toEqual([
      'attachments.0',
    ]);
    const many = Array.from({ length: 11 }, () => randomUUID());
    expect(await issuesOf(clinic.post(gp, caseId, 'note', { attachments: many }))).toEqual(['attachments']);
  });

  it('go to one of two posts that come at once', async () => {
    const attachments = [await upload(gp)];
    const before = (await clinic.read(gp, caseId)).posts.length;
    const results = await Promise.allSettled(
      [1, 2].map(() => clinic.post(gp, caseId, 'note', { attachments })),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await clinic.read(gp, caseId)).posts).toHaveLength(before + 1);
  });

  it('are not shown once it is withdrawn', async () => {
    const { postId } = await clinic.post(gp, caseId, 'note', { attachments: [await upload(gp)] });
    await discussing.withdraw(gp, caseId, postId);
    expect((await discussing.seen(gp, caseId, postId)).attachments).toEqual([]);
  });

  it('keep nobody from reading the words while files is away', async () => {
    const fileId = await upload(gp);
    const { postId } = await clinic.post(gp, caseId, 'note', { body: 'Readable.', attachments: [fileId] });
    await files.stop();
    expect(await discussing.seen(panel.onCall, caseId, postId)).toMatchObject({
      body: 'Readable.',
      attachments: [{ fileId, state: null }],
    });
    const refused = clinic.post(gp, caseId, 'note', { attachments: [randomUUID()] });
    expect(await refusal(refused)).toMatchObject({ code: 'unavailable' });
    files = await clinic.world.startProgram('files');
  });
});

describe('mentions', () => {
  it('are of people who may see the case now, who are named in an event of their own', async () => {
    const invited = await clinic.specialist();
    const shared = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(invited)]));
    const stranger = await clinic.specialist();
    const mentions = [panel.lead, stranger, invited].map(({ memberId }) => memberId);
    expect(await issuesOf(clinic.post(gp, shared.caseId, 'note', { mentions }))).toEqual(['mentions.1']);
    const seeing = [panel.lead.memberId, invited.memberId];
    const { postId } = await clinic.post(gp, shared.caseId, 'note', { mentions: seeing });
    expect((await discussing.seen(gp, shared.caseId, postId)).mentions.toSorted()).toEqual(seeing.toSorted());
    expect(await clinic.events(caseMentioned, shared.caseId)).toEqual([
      expect.objectContaining({ postId, memberIds: seeing, authorId: gp.memberId }),
    ]);
    const many = Array.from({ length: 21 }, () => randomUUID());
    expect(await issuesOf(clinic.post(gp, shared.caseId, 'note', { mentions: many }))).toEqual(['mentions']);
    const twice = [invited.memberId, invited.memberId];
    expect(await issuesOf(clinic.post(gp, shared.caseId, 'note', { mentions: twice }))).toEqual([
      'mentions.1',
    ]);
  });
});
