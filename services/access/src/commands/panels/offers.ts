import { actorIdOf, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  answerPanelOffer as answering,
  offerPanel as offering,
  withdrawPanelOffer as withdrawing,
} from '@definitivedx/contracts';
import { conflict, invalidInput, notFound } from '@definitivedx/errors';
import { answerOffer, keepOffer, offersTo, organisationOf, withdrawOffer } from '../../data/panel-offers.js';
import { panelRecordOf } from '../../queries/own-panels.js';
import { administer } from '../administer.js';
import { lockOpenPanel } from './keep-panel.js';

/**
 * Offers a panel to another organisation. Only its own organisation can: what was offered to it cannot be passed on.
 * @throws AppError `not-found` for another's panel, `invalid-input` for an unknown or the own organisation or a time that has passed,
 * `conflict` for a panel that is not open to listed organisations.
 */
export function offerPanel(
  service: ServiceContext,
  caller: Caller,
  { panelId, odsCode, expiresAt }: InputOf<typeof offering>,
): Promise<ReplyOf<typeof offering>> {
  return administer(service, caller, { act: 'panel.offer', subjectId: panelId }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const panel = await lockOpenPanel(administration, panelId);
    const to = await organisationOf(tx, odsCode);
    const refuse = (path: string, message: string) =>
      invalidInput('The panel cannot be offered like this.', [{ path, message }]);
    if (to === undefined) throw refuse('odsCode', `No organisation is registered as ${odsCode}.`);
    if (to === organisationId) throw refuse('odsCode', 'Your own organisation sends to its panels anyway.');
    const end = expiresAt === undefined ? null : new Date(expiresAt);
    if (end !== null && end <= now)
      throw refuse('expiresAt', 'This time has passed. Choose one in the future.');
    if (panel.status !== 'active') throw conflict('This panel is still being prepared. Complete it first.');
    if (panel.openTo !== 'listed-organisations') {
      throw conflict(
        'An offer counts only for a panel that is open to listed organisations. Change openTo first.',
      );
    }
    keepOffer(tx, { panelId, organisationId: to, by: actorIdOf(administration.caller), expiresAt: end }, now);
    const reply = await panelRecordOf(tx, organisationId, panelId);
    return { reply, detail: { organisationId: to } };
  });
}

/** Takes an offer back: from the reply on that organisation sends nothing new to the panel. */
export function withdrawPanelOffer(
  service: ServiceContext,
  caller: Caller,
  { panelId, organisationId: from }: InputOf<typeof withdrawing>,
): Promise<ReplyOf<typeof withdrawing>> {
  return administer(
    service,
    caller,
    { act: 'panel.withdraw-offer', subjectId: panelId },
    async (administration) => {
      const { tx, organisationId } = administration;
      await lockOpenPanel(administration, panelId);
      if (!(await withdrawOffer(tx, panelId, from))) throw notFound('offer');
      return { reply: await panelRecordOf(tx, organisationId, panelId), detail: { organisationId: from } };
    },
  );
}

/**
 * Accepts or declines a panel that was offered to the caller's organisation.
 * @throws AppError `not-found` without such an offer, `conflict` when it has expired.
 */
export function answerPanelOffer(
  service: ServiceContext,
  caller: Caller,
  { panelId, answer }: InputOf<typeof answering>,
): Promise<ReplyOf<typeof answering>> {
  return administer(
    service,
    caller,
    { act: 'panel.answer-offer', subjectId: panelId },
    async (administration) => {
      const { tx, organisationId, now } = administration;
      const [offer] = await offersTo(tx, organisationId, panelId);
      if (!offer) throw notFound('offer');
      if (offer.expiresAt !== null && new Date(offer.expiresAt) <= now)
        throw conflict('This offer has ended. Ask the organisation to make it again.');
      answerOffer(tx, { panelId, organisationId, by: actorIdOf(administration.caller), answer }, now);
      return { reply: { ...offer, status: answer }, detail: { answer } };
    },
  );
}
