import { Controller } from '@nestjs/common';
import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import { casePosted, caseShared, shareRevoked, type DataOf } from '@definitivedx/contracts';
import { tellOfPost } from '../commands/tell-of-post.js';
import { tellOfRevoke } from '../commands/tell-of-revoke.js';
import { tellOfShare } from '../commands/tell-of-share.js';
import { MailSender } from '../delivery/mail-sender.js';

/** What happens to cases, for those who must hear of it. */
@Controller()
export class CaseEvents {
  constructor(
    readonly service: ServiceContext,
    readonly sender: MailSender,
  ) {}

  @Consumes(caseShared)
  shared(event: DataOf<typeof caseShared>, context: EventContext): Promise<void> {
    return tellOfShare(this, context, event);
  }

  @Consumes(casePosted)
  posted(event: DataOf<typeof casePosted>, context: EventContext): Promise<void> {
    return tellOfPost(this, context, event);
  }

  @Consumes(shareRevoked)
  revoked(event: DataOf<typeof shareRevoked>, context: EventContext): Promise<void> {
    return tellOfRevoke(this, context, event);
  }
}
