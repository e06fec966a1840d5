import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clinic, refusal, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let discussing: Discussing;
let gp: Person;
let panel: Panel;
let caseId: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  discussing = new Discussing(clinic);
  gp = await clinic.gp();
  panel = await clinic.panel();
  ({ caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)])));
});
afterAll(() => clinic.world.stop());

describe('what people type', () => {
  it.each([
    ['emoji', '👩🏽‍⚕️ says 🦓 – 👨‍👩‍👧‍👦'],
    ['right to left', 'الطفل يعاني من الحمى منذ ٣ أيام \u202Eabc\u202C'],
    ['combining signs', `Z${'\u0301'.repeat(200)}`],
    ['line breaks and tabs', 'a\r\n\tb\n\n'],
    ['markup', `<script>alert(1)</script> '; drop table post; -- \${x} {{y}}`],
    ['as much as is allowed', '中'.repeat(20_000)],
  ])('comes back as it was typed: %s', async (_name, body) => {
    const { postId } = await clinic.post(gp, caseId, 'note', { body });
    expect((await discussing.seen(panel.onCall, caseId, postId)).body).toBe(body);
  });

  it.each([
    ['nothing', ''],
    ['only spaces', ' \n\t\u00a0\u2003 '],
    ['200 kB', 'a'.repeat(200_000)],
    ['one character too many', 'a'.repeat(20_001)],
    ['half a character', 'a\ud800'],
    ['a NUL', 'a\u0000b'],
  ])('is refused, naming the field: %s', async (_name, body) => {
    const { posts } = await clinic.read(gp, caseId);
    const own = posts.find(({ authorId }) => authorId === gp.memberId)!;
    for (const [refused, path] of [
      [clinic.post(gp, caseId, 'note', { body }), 'body'],
      [discussing.edit(gp, caseId, own.postId, { body }), 'body'],
      [discussing.withdraw(gp, caseId, own.postId, { reason: body }), 'reason'],
      [clinic.post(panel.onCall, caseId, 'advice', { safetyNet: body }), 'safetyNet'],
    ] as const) {
      expect(await refusal(refused)).toMatchObject({
        code: 'invalid-input',
        issues: [{ path, message: expect.any(String) }],
      });
    }
    expect((await clinic.read(gp, caseId)).posts).toEqual(posts);
  });

  it('does not get into a case that has ended', async () => {
    const { caseId: ended } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    await clinic.post(panel.onCall, ended, 'advice');
    await discussing.close(gp, ended);
    for (const [by, kind] of [
      [gp, 'question'],
      [panel.onCall, 'advice'],
    ] as const) {
      expect(await refusal(clinic.post(by, ended, kind))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('has ended'),
      });
    }
  });

  it('carries no field that posts do not have', async () => {
    for (const field of ['authorId', 'number', 'withdrawn', 'supersededBy', 'openedAt', 'organisationId']) {
      const refused = await refusal(clinic.post(gp, caseId, 'note', { [field]: 'x' }));
      expect(refused).toMatchObject({ code: 'invalid-input' });
    }
  });
});
