import { Controller } from '@nestjs/common';
import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import {
  caseEnded,
  caseMentioned,
  casePosted,
  caseShared,
  followUpDue,
  governanceOpened,
  postChanged,
  responsibilityMoved,
  shareRevoked,
  type DataOf,
} from '@definitivedx/contracts';
import { noteHandOver, settleCase } from '../commands/settle-case.js';
import { tellOfFollowUp } from '../commands/tell-of-follow-up.js';
import { tellOfGovernance } from '../commands/tell-of-governance.js';
import { tellOfChange, tellOfMention, tellOfPost } from '../commands/tell-of-post.js';
import { tellOfRevoke } from '../commands/tell-of-revoke.js';
import { tellOfShare } from '../commands/tell-of-share.js';
import { noteEnded, noteMoved, notePosted, noteRevoked, noteShared } from '../commands/webhook-news.js';
import { MailSender } from '../delivery/mail-sender.js';
import { WebhookSender } from '../delivery/webhook-sender.js';

/** What happens to cases, for those who must hear of it. */
@Controller()
export class CaseEvents {
  constructor(
    readonly service: ServiceContext,
    readonly sender: MailSender,
    readonly webhooks: WebhookSender,
  ) {}

  @Consumes(caseShared)
  async shared(event: DataOf<typeof caseShared>, context: EventContext): Promise<void> {
    await tellOfShare(this, context, event);
    await noteShared(this, context, event);
  }

  @Consumes(casePosted)
  async posted(event: DataOf<typeof casePosted>, context: EventContext): Promise<void> {
    await tellOfPost(this, context, event);
    await noteHandOver(context, event);
    await notePosted(this, context, event);
  }

  @Consumes(caseMentioned)
  mentioned(event: DataOf<typeof caseMentioned>, context: EventContext): Promise<void> {
    return tellOfMention(this, context, event);
  }

  @Consumes(postChanged)
  changed(event: DataOf<typeof postChanged>, context: EventContext): Promise<void> {
    return tellOfChange(this, context, event);
  }

  @Consumes(shareRevoked)
  async revoked(event: DataOf<typeof shareRevoked>, context: EventContext): Promise<void> {
    await tellOfRevoke(this, context, event);
    await settleCase(this.service, context, event.caseId, 'dropped', new Date(event.at));
    await noteRevoked(this, context, event);
  }

  @Consumes(governanceOpened)
  opened(event: DataOf<typeof governanceOpened>, context: EventContext): Promise<void> {
    return tellOfGovernance(this, context, event);
  }

  @Consumes(responsibilityMoved)
  async moved(event: DataOf<typeof responsibilityMoved>, context: EventContext): Promise<void> {
    await settleCase(this.service, context, event.caseId, 'accepted', new Date(event.at));
    await noteMoved(this, context, event);
  }

  @Consumes(caseEnded)
  async ended(event: DataOf<typeof caseEnded>, context: EventContext): Promise<void> {
    await settleCase(this.service, context, event.caseId, 'dropped', new Date(event.at));
    await noteEnded(this, context, event);
  }

  @Consumes(followUpDue)
  followUpDue(event: DataOf<typeof followUpDue>, context: EventContext): Promise<void> {
    return tellOfFollowUp(this, context, event);
  }
}
