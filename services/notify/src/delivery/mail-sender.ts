import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { memberContacts } from '@definitivedx/contracts';
import type { ServiceCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { toAppError } from '@definitivedx/errors';
import { continueOrLink, createLog, errorType, inSpan, SpanKind } from '@definitivedx/telemetry';
import type { MailConfig } from '../config.js';
import {
  claimMails,
  closeAsFailed,
  closeAsSent,
  closeAsWithdrawn,
  putOffMail,
  releaseMail,
  renewLease,
  type MailRow,
} from '../data/mails.js';
import { openItemsOf } from '../data/hand-overs.js';
import { caseMailText, deadLetterMailText, handOverMailText, type MailText } from '../domain/mail-text.js';
import { isGivenUp, retryAfterMs } from '../domain/retry.js';
import { visibleCases } from '../queries/visible-cases.js';
import { ClaimLoop } from '../work/claim-loop.js';
import { parallelMails, Smtp, type HandoverFailure } from './smtp.js';

const log = createLog('mail');

/** A replica that crashes leaves its mails to the others after this long; one that lives renews it. */
const leaseMs = 15_000;
const renewEveryMs = 5_000;

/** Where a mail goes and what it says; or why it goes nowhere. */
type Prepared = { readonly to: string; readonly content: MailText } | 'withdrawn' | 'no-address';

/**
 * Sends recorded mail: each at least once, under the Message-ID it was recorded with. Any number of replicas may run
 * it.
 */
export class MailSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly smtp: Smtp;
  private readonly loop = new ClaimLoop('mail', () => this.deliverSome());

  constructor(
    private readonly service: ServiceContext,
    private readonly config: MailConfig,
  ) {
    this.smtp = new Smtp(config);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Finishes the mails in hand; the rest stays recorded. */
  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    this.smtp.close();
  }

  /** Looks for mail now instead of at the next second. */
  wake(): void {
    this.loop.wake();
  }

  /** @returns how many mails were taken up. */
  private async deliverSome(): Promise<number> {
    const now = this.service.clock.now();
    const mails = await claimMails(this.service.db, now, new Date(now.getTime() + leaseMs), parallelMails);
    const outcomes = await Promise.allSettled(mails.map((mail) => this.deliver(mail)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return mails.length;
  }

  private async deliver(mail: MailRow): Promise<void> {
    const { parent, links } = continueOrLink(
      mail.traceparent ?? undefined,
      mail.createdAt,
      this.service.clock.now(),
    );
    const options = {
      kind: SpanKind.CLIENT,
      parent,
      ...(links ? { links } : {}),
      attributes: { 'ddx.mail.id': mail.id },
    };
    const renewal = setInterval(() => void this.renew(mail), renewEveryMs);
    try {
      await inSpan('mail send', options, () => this.send(mail));
    } catch (error) {
      if (toAppError(error).code === 'unavailable') {
        await this.release(mail);
        throw error;
      }
      // Something about this very mail: it backs off alone, and the others go on.
      log.error('mail-not-prepared', { mailId: mail.id, error });
      await this.settleFailure(mail, { outcome: 'later', code: errorType(error) });
    } finally {
      clearInterval(renewal);
    }
  }

  private async send(mail: MailRow): Promise<void> {
    const { db, clock } = this.service;
    const prepared = await this.prepare(mail);
    if (prepared === 'withdrawn') {
      await closeAsWithdrawn(db, mail.id, clock.now());
      log.info('mail-withdrawn', { mailId: mail.id });
    } else if (prepared === 'no-address') {
      await this.fail(mail, 'no-address');
    } else {
      const { to, content } = prepared;
      const failure = await this.smtp.handOver({ messageId: mail.messageId, to, ...content });
      if (failure) await this.settleFailure(mail, failure);
      else await this.settleSent(mail);
    }
  }

  /** Asks again at the last moment: a mail recorded before a revoke must not leave after it. */
  private async prepare(mail: MailRow): Promise<Prepared> {
    const { bus } = this.service;
    const { memberId, template, alert } = mail;
    if (template === 'dead-letter') {
      return alert === null
        ? 'withdrawn'
        : { to: this.config.operations, content: deadLetterMailText(alert) };
    }
    if (memberId === null) return 'withdrawn';
    const self = await bus.self();
    // The address is fetched first, so that nothing comes between the check and the hand-over.
    const { contacts } = await bus.request(memberContacts, self, { memberIds: [memberId] });
    const content = await this.contentFor(mail, memberId, self);
    if (!content) return 'withdrawn';
    const contact = contacts.find((c) => c.memberId === memberId);
    return contact ? { to: contact.email, content } : 'no-address';
  }

  /** What a member may be told now; undefined when that is nothing. */
  private async contentFor(
    mail: MailRow,
    memberId: string,
    self: ServiceCaller,
  ): Promise<MailText | undefined> {
    const { template, caseId, handOverId } = mail;
    const { publicUrl } = this.config;
    switch (template) {
      case 'dead-letter':
        return undefined;
      case 'hand-over-waiting':
      case 'hand-over-overdue': {
        const cases = handOverId === null ? 0 : await this.waitingFor(handOverId, memberId, self);
        return cases === 0 ? undefined : handOverMailText(template, cases, publicUrl);
      }
      default: {
        if (caseId === null) return undefined;
        const visible = await visibleCases(this.service, self, [caseId], [memberId]);
        return visible.get(caseId)?.includes(memberId)
          ? caseMailText(template, caseId, publicUrl)
          : undefined;
      }
    }
  }

  /** How many cases of a hand-over wait to be accepted, of those the member may see. */
  private async waitingFor(handOverId: string, memberId: string, self: ServiceCaller): Promise<number> {
    const items = await openItemsOf(this.service.db, [handOverId]);
    const caseIds = items.map((item) => item.caseId);
    const visible = await visibleCases(this.service, self, caseIds, [memberId]);
    return caseIds.filter((caseId) => visible.get(caseId)?.includes(memberId)).length;
  }

  private async settleSent(mail: MailRow): Promise<void> {
    this.loop.succeeded();
    await closeAsSent(this.service.db, mail.id, this.service.clock.now());
    log.info('mail-sent', { mailId: mail.id, template: mail.template, attempts: mail.attempts });
  }

  private async settleFailure(mail: MailRow, { outcome, code }: HandoverFailure): Promise<void> {
    const { db, clock } = this.service;
    const now = clock.now();
    if (outcome === 'unreachable') {
      // Due at once, behind everything that was due before: the pause is what spares the server.
      await releaseMail(db, mail.id, now, code);
      this.loop.pause('mail-server-unreachable', { code });
    } else if (outcome === 'refused' || isGivenUp(mail.createdAt, mail.attempts, now)) {
      await this.fail(mail, code);
    } else {
      const waitMs = retryAfterMs(mail.attempts);
      await putOffMail(db, mail.id, new Date(now.getTime() + waitMs), code);
      log.info('mail-put-off', { mailId: mail.id, code, attempts: mail.attempts, waitMs });
    }
  }

  private async fail(mail: MailRow, code: string): Promise<void> {
    await closeAsFailed(this.service.db, mail.id, this.service.clock.now(), code);
    log.error('mail-failed', { mailId: mail.id, template: mail.template, code, attempts: mail.attempts });
  }

  private async renew(mail: MailRow): Promise<void> {
    try {
      const until = new Date(this.service.clock.now().getTime() + leaseMs);
      await renewLease(this.service.db, mail.id, until);
    } catch {
      // The lease then runs out and the mail may be sent twice, under one Message-ID; that is what it is for.
    }
  }

  /** Hands a mail back that we could not even try; if this fails as well, its lease runs out. */
  private async release(mail: MailRow): Promise<void> {
    try {
      await releaseMail(this.service.db, mail.id, this.service.clock.now(), null);
    } catch (error) {
      log.warn('mail-not-released', { mailId: mail.id, error });
    }
  }
}
