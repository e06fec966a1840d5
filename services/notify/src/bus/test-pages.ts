import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { acknowledgeTestPage, sendTestPage } from '../commands/test-pages.js';
import { MailSender } from '../delivery/mail-sender.js';
import { testPages } from '../queries/test-pages.js';

/** Pages sent to see whether they arrive. */
@Controller()
export class TestPagesDoor {
  constructor(
    private readonly service: ServiceContext,
    private readonly sender: MailSender,
  ) {}

  @Responds(contracts.sendTestPage)
  send(input: InputOf<typeof contracts.sendTestPage>, { caller }: RequestContext) {
    return sendTestPage(this.service, this.sender, caller, input);
  }

  @Responds(contracts.acknowledgeTestPage)
  acknowledge(input: InputOf<typeof contracts.acknowledgeTestPage>, { caller }: RequestContext) {
    return acknowledgeTestPage(this.service, caller, input);
  }

  @Responds(contracts.testPages)
  latest(_input: InputOf<typeof contracts.testPages>, { caller }: RequestContext) {
    return testPages(this.service, caller);
  }
}
