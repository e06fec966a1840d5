import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { followCase, unfollowCase } from '../commands/follow-case.js';
import { changeFilter, deleteFilter, saveFilter } from '../commands/saved-filters.js';
import { countCases } from '../queries/count-cases.js';
import { listCases } from '../queries/list-cases.js';
import { listFilters } from '../queries/list-filters.js';

/** How members find cases again: lists and searches, follows, saved filters. */
@Controller()
export class FindingDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.listCases)
  list(
    input: InputOf<typeof contracts.listCases>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.listCases>> {
    return listCases(this.service, caller, input);
  }

  @Responds(contracts.countCases)
  count(
    input: InputOf<typeof contracts.countCases>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.countCases>> {
    return countCases(this.service, caller, input);
  }

  @Responds(contracts.followCase)
  follow(
    input: InputOf<typeof contracts.followCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.followCase>> {
    return followCase(this.service, caller, input);
  }

  @Responds(contracts.unfollowCase)
  unfollow(
    input: InputOf<typeof contracts.unfollowCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.unfollowCase>> {
    return unfollowCase(this.service, caller, input);
  }

  @Responds(contracts.listFilters)
  filters(
    input: InputOf<typeof contracts.listFilters>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.listFilters>> {
    return listFilters(this.service, caller, input);
  }

  @Responds(contracts.saveFilter)
  save(
    input: InputOf<typeof contracts.saveFilter>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.saveFilter>> {
    return saveFilter(this.service, caller, input);
  }

  @Responds(contracts.changeFilter)
  change(
    input: InputOf<typeof contracts.changeFilter>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.changeFilter>> {
    return changeFilter(this.service, caller, input);
  }

  @Responds(contracts.deleteFilter)
  delete(
    input: InputOf<typeof contracts.deleteFilter>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.deleteFilter>> {
    return deleteFilter(this.service, caller, input);
  }
}
