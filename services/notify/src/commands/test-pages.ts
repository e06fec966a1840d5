import { asMember, asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  acknowledgeTestPage as acknowledgeContract,
  sendTestPage as sendContract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceparent } from '@definitivedx/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { recordMails } from '../data/mails.js';
import { dutiesOf } from '../data/rotas.js';
import { insertTestPage, markAcknowledged, toReply } from '../data/test-pages.js';
import type { MailSender } from '../delivery/mail-sender.js';
import { onCallAt } from '../domain/on-call.js';
import { assertOwnPanel } from '../queries/own-panel.js';

/**
 * Pages whoever is on call for a panel of the caller's organisation, by the way a case would.
 * @throws AppError `not-found` for a panel that is not the organisation's, `conflict` in a gap of its rota
 */
export async function sendTestPage(
  service: ServiceContext,
  sender: Pick<MailSender, 'wake'>,
  caller: Caller,
  { panelId }: InputOf<typeof sendContract>,
): Promise<ReplyOf<typeof sendContract>> {
  const acting = asOrganisation(caller);
  const { organisationId } = acting;
  await assertOwnPanel(service, acting, panelId);
  return service.db.transaction(async (tx) => {
    const at = service.clock.now();
    const duty = (await dutiesOf(tx, [panelId], at)).get(panelId);
    const { memberId } = onCallAt(duty?.rota ?? null, duty?.overrides ?? [], at);
    if (memberId === null) {
      throw conflict('Nobody is on call for this panel just now. Set its rota, or try again during a shift.');
    }
    const page = { pageId: uuidv7(), organisationId, panelId, memberId, at };
    insertTestPage(tx, page);
    const mail = {
      template: 'test-page',
      sourceMessage: page.pageId,
      traceparent: currentTraceparent(),
    } as const;
    recordMails(tx, [memberId], mail, at);
    tx.afterCommit(() => {
      sender.wake();
    });
    const { organisationId: _organisationId, ...rest } = page;
    return toReply({ ...rest, acknowledgedAt: null });
  });
}

/** Marks a test page as arrived, by the member it was for. @throws AppError `not-found` for anybody else */
export async function acknowledgeTestPage(
  service: ServiceContext,
  caller: Caller,
  { pageId }: InputOf<typeof acknowledgeContract>,
): Promise<ReplyOf<typeof acknowledgeContract>> {
  const page = await markAcknowledged(service.db, pageId, asMember(caller).memberId, service.clock.now());
  if (!page) throw notFound('test page');
  return toReply(page);
}
