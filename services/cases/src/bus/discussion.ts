import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { acknowledgeAdvice } from '../commands/acknowledge-advice.js';
import { addPost } from '../commands/add-post.js';
import { editPost } from '../commands/edit-post.js';
import { markRead } from '../commands/mark-read.js';
import { withdrawPost } from '../commands/withdraw-post.js';
import { myAdvice } from '../queries/my-advice.js';
import { postEdits } from '../queries/post-edits.js';

/** What is written in cases, and who has read it. */
@Controller()
export class DiscussionDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.addPost)
  post(
    input: InputOf<typeof contracts.addPost>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.addPost>> {
    return addPost(this.service, caller, input);
  }

  @Responds(contracts.editPost)
  edit(
    input: InputOf<typeof contracts.editPost>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.editPost>> {
    return editPost(this.service, caller, input);
  }

  @Responds(contracts.postEdits)
  edits(
    input: InputOf<typeof contracts.postEdits>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.postEdits>> {
    return postEdits(this.service, caller, input);
  }

  @Responds(contracts.withdrawPost)
  withdraw(
    input: InputOf<typeof contracts.withdrawPost>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.withdrawPost>> {
    return withdrawPost(this.service, caller, input);
  }

  @Responds(contracts.acknowledgeAdvice)
  acknowledge(
    input: InputOf<typeof contracts.acknowledgeAdvice>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.acknowledgeAdvice>> {
    return acknowledgeAdvice(this.service, caller, input);
  }

  @Responds(contracts.markRead)
  mark(
    input: InputOf<typeof contracts.markRead>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.markRead>> {
    return markRead(this.service, caller, input);
  }

  @Responds(contracts.myAdvice)
  mine(
    input: InputOf<typeof contracts.myAdvice>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.myAdvice>> {
    return myAdvice(this.service, caller, input);
  }
}
