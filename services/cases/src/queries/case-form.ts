import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  anonymisationDuty,
  caseContentSchema,
  knownResults,
  units,
  type InputOf,
  type ReplyOf,
  type caseForm as contract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { findTemplate } from '../data/templates.js';
import { panelToAsk } from './panel-to-ask.js';

const warning =
  'If the child is seriously ill, do not write: call. Nobody reads what is written here fast enough for an emergency.';

/**
 * Everything that is to be known before a case is written.
 * @throws AppError `not-found` for a panel that takes no cases from the caller
 */
export async function caseForm(
  service: ServiceContext,
  caller: Caller,
  { panelId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const panel = panelId === undefined ? undefined : await panelToAsk(service, member, panelId);
  if (panelId !== undefined && !panel) throw notFound('panel');
  const template = panel && (await findTemplate(service.db, panel.panelId));
  const { version, hash, title, body } = anonymisationDuty;
  return {
    emergency: { warning, phone: panel?.phone ?? null, redFlags: template?.redFlags ?? [] },
    panel: panel ? { panelId: panel.panelId, name: panel.name, organisation: panel.organisation } : null,
    content: caseContentSchema(),
    units: [...units],
    knownResults: knownResults.map((known) => ({ names: [...known.names], units: [...known.units] })),
    template: template ? { version: template.version, fields: template.fields } : null,
    duty: { version, hash, title, body },
  };
}
