import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import {
  panelsByIds,
  type InputOf,
  type ReplyOf,
  type publishTemplate as contract,
} from '@definitivedx/contracts';
import { AppError, forbidden, notFound } from '@definitivedx/errors';
import { heldTemplate, insertTemplate } from '../data/templates.js';

/**
 * Publishes what a panel asks from now on. Cases that were asked before keep the version they answered.
 * @throws AppError `not-found` for a panel of another organisation, `forbidden` to anyone but its lead and the
 * administrator, `version-mismatch` when another version was published since the one expected.
 */
export async function publishTemplate(
  service: ServiceContext,
  caller: Caller,
  { commandId, expectedVersion, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { fields, redFlags } = input;
  const panelId = await assertKeeps(service, member, input.panelId);

  return service.db.transaction((tx) =>
    once(tx, commandId, member.memberId, async () => {
      const before = await heldTemplate(tx, panelId);
      if (expectedVersion !== undefined && expectedVersion !== before?.version) throw publishedSince();
      const published = await insertTemplate(tx, {
        panelId,
        version: (before?.version ?? 0) + 1,
        fields,
        redFlags,
        publishedBy: member.memberId,
        publishedAt: service.clock.now(),
      });
      const current = published ?? before;
      if (!current) throw new Error('a panel has a template once one was published');
      return { ...current, publishedAt: current.publishedAt.toISOString() };
    }),
  );
}

/** Makes sure that the caller leads the panel or administers its organisation. @returns its id as databases write it */
async function assertKeeps({ bus }: ServiceContext, member: MemberCaller, panelId: string): Promise<string> {
  const { panels } = await bus.request(panelsByIds, member, { panelIds: [panelId] });
  const [panel] = panels;
  if (panel?.organisationId !== member.organisationId) throw notFound('panel');
  if (panel.leadMemberId === member.memberId || member.roles.includes('organisation-admin')) {
    return panel.panelId;
  }
  throw forbidden("What a panel asks is decided by its lead and by its organisation's administrator.");
}

const publishedSince = (): AppError =>
  new AppError(
    'version-mismatch',
    'Another version of this form was published since you read it. Please read it again; yours has not been published.',
  );
