import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { acceptHandOver } from '../commands/accept-hand-over.js';
import { closeCase } from '../commands/close-case.js';
import { copyToRecord } from '../commands/copy-to-record.js';
import { createCase } from '../commands/create-case.js';
import { publishTemplate } from '../commands/publish-template.js';
import { revokeShare } from '../commands/revoke-share.js';
import { shareFurther } from '../commands/share-further.js';

@Controller()
export class CaseCommands {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.createCase)
  create(
    input: InputOf<typeof contracts.createCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.createCase>> {
    return createCase(this.service, caller, input);
  }

  @Responds(contracts.shareFurther)
  share(
    input: InputOf<typeof contracts.shareFurther>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.shareFurther>> {
    return shareFurther(this.service, caller, input);
  }

  @Responds(contracts.revokeShare)
  revoke(
    input: InputOf<typeof contracts.revokeShare>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.revokeShare>> {
    return revokeShare(this.service, caller, input);
  }

  @Responds(contracts.acceptHandOver)
  acceptHandOver(
    input: InputOf<typeof contracts.acceptHandOver>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.acceptHandOver>> {
    return acceptHandOver(this.service, caller, input);
  }

  @Responds(contracts.closeCase)
  close(
    input: InputOf<typeof contracts.closeCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.closeCase>> {
    return closeCase(this.service, caller, input);
  }

  @Responds(contracts.copyToRecord)
  copyToRecord(
    input: InputOf<typeof contracts.copyToRecord>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.copyToRecord>> {
    return copyToRecord(this.service, caller, input);
  }

  @Responds(contracts.publishTemplate)
  publishTemplate(
    input: InputOf<typeof contracts.publishTemplate>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.publishTemplate>> {
    return publishTemplate(this.service, caller, input);
  }
}
