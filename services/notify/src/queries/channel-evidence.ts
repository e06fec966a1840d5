import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, channelEvidence as contract } from '@definitivedx/contracts';
import { evidenceBetween } from '../data/channel-evidence.js';

/** What shows that an organisation's endpoints answer and that its on-call is reached. */
export const channelEvidence = (
  service: ServiceContext,
  _caller: Caller,
  { organisationId, since, until }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> =>
  evidenceBetween(service.db, organisationId, new Date(since), new Date(until));
