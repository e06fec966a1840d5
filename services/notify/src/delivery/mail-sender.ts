import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { memberContacts } from '@definitivedx/contracts';
import type { ServiceCaller } from '@definitivedx/auth';
import { ClaimLoop, type ServiceContext } from '@definitivedx/bus';
import { toAppError } from '@definitivedx/errors';
import {
  continueOrLink,
  createLog,
  errorType,
  inSpan,
  parseTraceparent,
  SpanKind,
} from '@definitivedx/telemetry';
import type { MailConfig } from '../config.js';
import {
  claimMails,
  closeAsFailed,
  closeAsSent,
  closeAsWithdrawn,
  putOffMail,
  releaseMails,
  renewLease,
  type MailRow,
} from '../data/mails.js';
import { openItemsOf } from '../data/hand-overs.js';
import { bundlesOf } from '../domain/bundles.js';
import {
  casesMailText,
  coverNeededMailText,
  deadLetterMailText,
  handOverMailText,
  testPageMailText,
  type MailText,
} from '../domain/mail-text.js';
import { isGivenUp, retryAfterMs } from '../domain/retry.js';
import { visibleCases } from '../queries/visible-cases.js';
import { messageIdOf } from './message-id.js';
import { Smtp, type HandoverFailure } from './smtp.js';

const log = createLog('mail');

/** A replica that crashes leaves its mails to the others after this long; one that lives renews it. */
const leaseMs = 15_000;
const renewEveryMs = 5_000;

/** Mails taken up at once, to become as few as possible on the way out. */
const batchSize = 100;
/** What comes within this time of the last mails goes out together: a busy doctor gets one mail, not fifty. */
const bundlingMs = 500;

/** Recorded mails that go out as one: the same news about several cases, to one member. */
type Bundle = readonly [MailRow, ...MailRow[]];

/** Where a mail goes and what it says; or why it goes nowhere. */
type Prepared = Message | 'withdrawn' | 'no-address';

interface Message {
  readonly to: string;
  readonly content: MailText;
  /** The mails it stands for; the others of the bundle are withdrawn. */
  readonly mails: Bundle;
}

/**
 * Sends recorded mail: each at least once, under the Message-ID it was recorded with, or that of the bundle it is in. Any number of replicas may run
 * it.
 */
export class MailSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly smtp: Smtp;
  private readonly loop = new ClaimLoop('mail', () => this.deliverSome(), bundlingMs);

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
    const mails = await claimMails(this.service.db, now, new Date(now.getTime() + leaseMs), batchSize);
    const outcomes = await Promise.allSettled(bundlesOf(mails).map((bundle) => this.deliver(bundle)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return mails.length;
  }

  private async deliver(bundle: Bundle): Promise<void> {
    const now = this.service.clock.now();
    const [first, ...others] = bundle;
    const { parent, links = [] } = continueOrLink(first.traceparent ?? undefined, first.createdAt, now);
    const options = {
      kind: SpanKind.CLIENT,
      parent,
      links: [...links, ...others.flatMap(linkTo)],
      attributes: { 'ddx.mail.id': first.id, 'ddx.mail.bundled': bundle.length },
    };
    const renewal = setInterval(() => void this.renew(bundle), renewEveryMs);
    try {
      await inSpan('mail send', options, () => this.send(bundle));
    } catch (error) {
      if (toAppError(error).code === 'unavailable') {
        await this.release(bundle);
        throw error;
      }
      // Something about these very mails: they back off alone, and the others go on.
      log.error('mail-not-prepared', { mailId: first.id, error });
      await this.settleFailure(bundle, { outcome: 'later', code: errorType(error) });
    } finally {
      clearInterval(renewal);
    }
  }

  private async send(bundle: Bundle): Promise<void> {
    const prepared = await this.prepare(bundle);
    if (prepared === 'withdrawn') {
      await this.withdraw(bundle);
    } else if (prepared === 'no-address') {
      for (const mail of bundle) await this.fail(mail, 'no-address');
    } else {
      const { to, content, mails } = prepared;
      await this.withdraw(bundle.filter((mail) => !mails.includes(mail)));
      const failure = await this.smtp.handOver({ messageId: messageIdOf(mails), to, ...content });
      if (failure) await this.settleFailure(mails, failure);
      else await this.settleSent(mails);
    }
  }

  /** Asks again at the last moment: a mail recorded before a revoke must not leave after it. */
  private async prepare(bundle: Bundle): Promise<Prepared> {
    const { bus } = this.service;
    const [{ memberId, template, alert }] = bundle;
    if (template === 'dead-letter') {
      return alert === null
        ? 'withdrawn'
        : { to: this.config.operations, content: deadLetterMailText(alert), mails: bundle };
    }
    if (memberId === null) return 'withdrawn';
    const self = await bus.self();
    // The address is fetched first, so that nothing comes between the check and the hand-over.
    const { contacts } = await bus.request(memberContacts, self, { memberIds: [memberId] });
    const told = await this.contentFor(bundle, memberId, self);
    if (!told) return 'withdrawn';
    const contact = contacts.find((c) => c.memberId === memberId);
    return contact ? { to: contact.email, ...told } : 'no-address';
  }

  /** What a member may be told now, and by which of the mails; undefined when that is nothing. */
  private async contentFor(
    bundle: Bundle,
    memberId: string,
    self: ServiceCaller,
  ): Promise<Omit<Message, 'to'> | undefined> {
    const [{ template, handOverId, sourceMessage }] = bundle;
    const { publicUrl } = this.config;
    switch (template) {
      case 'dead-letter':
        return undefined;
      case 'cover-needed':
        return { content: coverNeededMailText(publicUrl), mails: bundle };
      case 'test-page':
        return { content: testPageMailText(sourceMessage, publicUrl), mails: bundle };
      case 'hand-over-waiting':
      case 'hand-over-overdue': {
        const cases = handOverId === null ? 0 : await this.waitingFor(handOverId, memberId, self);
        return cases === 0
          ? undefined
          : { content: handOverMailText(template, cases, publicUrl), mails: bundle };
      }
      default: {
        const caseIds = [...new Set(bundle.flatMap(({ caseId }) => caseId ?? []))];
        const visible = await visibleCases(this.service, self, caseIds, [memberId]);
        const shown = caseIds.filter((caseId) => visible.get(caseId)?.includes(memberId));
        const [first, ...others] = bundle.filter(({ caseId }) => caseId !== null && shown.includes(caseId));
        return first && { content: casesMailText(template, shown, publicUrl), mails: [first, ...others] };
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

  private async withdraw(mails: readonly MailRow[]): Promise<void> {
    if (mails.length === 0) return;
    await closeAsWithdrawn(this.service.db, idsOf(mails), this.service.clock.now());
    for (const { id } of mails) log.info('mail-withdrawn', { mailId: id });
  }

  private async settleSent(mails: Bundle): Promise<void> {
    this.loop.succeeded();
    await closeAsSent(this.service.db, idsOf(mails), this.service.clock.now());
    for (const { id, template, attempts } of mails) log.info('mail-sent', { mailId: id, template, attempts });
  }

  private async settleFailure(mails: Bundle, { outcome, code }: HandoverFailure): Promise<void> {
    const { db, clock } = this.service;
    const now = clock.now();
    if (outcome === 'unreachable') {
      // Due at once, behind everything that was due before: the pause is what spares the server.
      await releaseMails(db, idsOf(mails), now, code);
      this.loop.pause('mail-server-unreachable', { code });
      return;
    }
    for (const mail of mails) {
      if (outcome === 'refused' || isGivenUp(mail.createdAt, mail.attempts, now)) {
        await this.fail(mail, code);
      } else {
        const waitMs = retryAfterMs(mail.attempts);
        await putOffMail(db, mail.id, new Date(now.getTime() + waitMs), code);
        log.info('mail-put-off', { mailId: mail.id, code, attempts: mail.attempts, waitMs });
      }
    }
  }

  private async fail(mail: MailRow, code: string): Promise<void> {
    await closeAsFailed(this.service.db, mail.id, this.service.clock.now(), code);
    log.error('mail-failed', { mailId: mail.id, template: mail.template, code, attempts: mail.attempts });
  }

  private async renew(mails: Bundle): Promise<void> {
    try {
      const until = new Date(this.service.clock.now().getTime() + leaseMs);
      await renewLease(this.service.db, idsOf(mails), until);
    } catch {
      // The lease then runs out and the mail may be sent twice, under one Message-ID; that is what it is for.
    }
  }

  /** Hands mails back that we could not even try; if this fails as well, their lease runs out. */
  private async release(mails: Bundle): Promise<void> {
    try {
      await releaseMails(this.service.db, idsOf(mails), this.service.clock.now(), null);
    } catch (error) {
      log.warn('mail-not-released', { mailId: mails[0].id, error });
    }
  }
}

const idsOf = (mails: readonly MailRow[]): string[] => mails.map(({ id }) => id);

/** The trace that a mail comes from, as a link. */
function linkTo({ traceparent }: MailRow): { context: NonNullable<ReturnType<typeof parseTraceparent>> }[] {
  const context = parseTraceparent(traceparent ?? undefined);
  return context ? [{ context }] : [];
}
