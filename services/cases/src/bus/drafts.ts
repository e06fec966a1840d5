import { RequestContext, Responds } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { changeDraft, createDraft, discardDraft } from '../commands/drafts.js';
import { DraftsContext } from '../drafts-context.js';
import { getDraft, listDrafts } from '../queries/drafts.js';

/** What members have begun to write. */
@Controller()
export class DraftsDoor {
  constructor(private readonly drafts: DraftsContext) {}

  @Responds(contracts.createDraft)
  create(
    input: InputOf<typeof contracts.createDraft>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.createDraft>> {
    return createDraft(this.drafts, caller, input);
  }

  @Responds(contracts.listDrafts)
  list(
    _input: InputOf<typeof contracts.listDrafts>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.listDrafts>> {
    return listDrafts(this.drafts, caller);
  }

  @Responds(contracts.getDraft)
  get(
    input: InputOf<typeof contracts.getDraft>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.getDraft>> {
    return getDraft(this.drafts, caller, input);
  }

  @Responds(contracts.changeDraft)
  change(
    input: InputOf<typeof contracts.changeDraft>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.changeDraft>> {
    return changeDraft(this.drafts, caller, input);
  }

  @Responds(contracts.deleteDraft)
  delete(
    input: InputOf<typeof contracts.deleteDraft>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.deleteDraft>> {
    return discardDraft(this.drafts, caller, input);
  }
}
