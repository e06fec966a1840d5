import { acceptText, currentTexts, identifyMember } from '@definitivedx/contracts';
import { z } from 'zod';
import { NotAsExpected } from './failure.js';
import { codeOf, describe, Session } from './session.js';
import { signIn } from './sign-in.js';
import type { Step } from './step.js';

/** A demo person with their browser. */
export interface Person {
  readonly session: Session;
  readonly memberId: string;
  readonly name: string;
}

/** The person signs in, by the identity provider's own pages. */
export const signInAs = (
  step: Step,
  publicUrl: string,
  key: string,
  organisation?: string,
): Promise<Person> =>
  step(`The ${key} signs in`, async () => {
    const session = new Session(publicUrl);
    const traceId = await signIn(session, key, organisation);
    const { reply } = await session.must(identifyMember.reply, 'GET', '/api/v1/me');
    return {
      says: `${reply.name} signed in and acts for ${reply.organisation}.`,
      traceId,
      value: { session, memberId: reply.memberId, name: reply.name },
    };
  });

/** The person reads the texts in force and accepts them; before that they get to nothing else. */
export const acceptTexts = (step: Step, { session, name }: Person): Promise<void> =>
  step('Accepting Terms of Use and Privacy Policy', async () => {
    const texts = await session.must(currentTexts.reply, 'GET', '/api/v1/consent-texts');
    const open = texts.reply.texts.filter((text) => text.acceptedAt === null);
    if (open.length > 0) await expectConsentRequired(session);
    let { traceId } = texts;
    for (const { kind, version, hash, body } of texts.reply.texts) {
      if (body.trim() === '') throw new NotAsExpected(`the ${kind} to be readable`, 'an empty text', traceId);
      ({ traceId } = await session.must(acceptText.reply, 'POST', '/api/v1/consents', {
        kind,
        version,
        hash,
      }));
    }
    const { reply } = await session.must(currentTexts.reply, 'GET', '/api/v1/consent-texts');
    if (reply.texts.length < 2 || reply.texts.some((text) => text.acceptedAt === null)) {
      throw new NotAsExpected('both texts to be on record as accepted', 'at least one that is not', traceId);
    }
    const titles = texts.reply.texts.map(({ title, version }) => `${title}, version ${version}`).join('; ');
    const when = open.length > 0 ? 'read and accepted' : 'had accepted before';
    return { says: `${name} ${when}: ${titles}.`, traceId, value: undefined };
  });

async function expectConsentRequired(session: Session): Promise<void> {
  const answer = await session.call('GET', '/api/v1/panels');
  if (codeOf(answer) === 'consent-required') return;
  throw new NotAsExpected(
    'nothing else to open before the texts are accepted',
    describe(answer),
    answer.traceId,
  );
}

/** A text that is shown before something is shared, and its hash that is attested. */
export const shownText = z.object({
  version: z.string(),
  title: z.string(),
  body: z.string(),
  hash: z.string(),
});
