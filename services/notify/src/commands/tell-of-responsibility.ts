import type { EventContext } from '@definitivedx/bus';
import {
  panelsByIds,
  type DataOf,
  type caseConsulted,
  type responseOverdue,
  type responsibilityGiven,
  type responsibilityUnacknowledged,
} from '@definitivedx/contracts';
import { dutiesOf } from '../data/rotas.js';
import { lockCase } from '../data/streams.js';
import { knownDuties } from '../domain/known-duties.js';
import { tellAndMail, thoseWhoMaySee, type News, type Telling } from './telling.js';
import type { CaseMailTemplate } from '../domain/mail-text.js';

/** Tells those of the members who may see the case now. */
async function tellAll(
  telling: Telling,
  context: EventContext,
  memberIds: readonly (string | null | undefined)[],
  news: News & { readonly kind: CaseMailTemplate },
): Promise<void> {
  const { caseId } = news;
  const asked = [...new Set(memberIds.flatMap((memberId) => memberId ?? []))];
  await lockCase(context.tx, caseId);
  await tellAndMail(telling, context, await thoseWhoMaySee(telling.service, context, caseId, asked), news);
}

/** Tells who answers for a case from now on, and did not take it themselves. */
export const tellOfResponsibility = (
  telling: Telling,
  context: EventContext,
  { caseId, toMemberId, at }: DataOf<typeof responsibilityGiven>,
): Promise<void> =>
  tellAll(telling, context, [toMemberId], { kind: 'responsibility-given', caseId, at: new Date(at) });

/** Reminds who answers for a case and has not acknowledged it; and tells the lead of its panel. */
export async function tellOfUnacknowledged(
  telling: Telling,
  context: EventContext,
  { caseId, responsibleId, leadPanelId, at }: DataOf<typeof responsibilityUnacknowledged>,
): Promise<void> {
  const leadId = leadPanelId === null ? null : await leadOf(telling, context, leadPanelId);
  const news = { kind: 'responsibility-waiting', caseId, at: new Date(at) } as const;
  await tellAll(telling, context, [responsibleId, leadId], news);
}

/** Tells who is on call for a panel that was asked in, and its lead in a gap of its rota. */
export async function tellOfConsultation(
  telling: Telling,
  context: EventContext,
  { caseId, panelId, at }: DataOf<typeof caseConsulted>,
): Promise<void> {
  const onDuty = (await onCallOf(context, panelId, at)) ?? (await leadOf(telling, context, panelId));
  await tellAll(telling, context, [onDuty], { kind: 'consultation-asked', caseId, at: new Date(at) });
}

/** Tells who answers for a case, and who is on call for the panel that is late and leads it, that an answer is overdue. */
export async function tellOfOverdue(
  telling: Telling,
  context: EventContext,
  { caseId, panelId, consultationId, responsibleId, at }: DataOf<typeof responseOverdue>,
): Promise<void> {
  const ofPanel =
    panelId === null
      ? []
      : [
          await leadOf(telling, context, panelId),
          // A consulted panel has nobody responsible of its own.
          ...(consultationId === null ? [] : [await onCallOf(context, panelId, at)]),
        ];
  const news = { kind: 'response-overdue', caseId, at: new Date(at) } as const;
  await tellAll(telling, context, [responsibleId, ...ofPanel], news);
}

async function leadOf(
  { service }: Telling,
  { caller }: EventContext,
  panelId: string,
): Promise<string | null> {
  const { panels } = await service.bus.request(panelsByIds, caller, { panelIds: [panelId] });
  return panels[0]?.leadMemberId ?? null;
}

async function onCallOf({ tx }: EventContext, panelId: string, at: string): Promise<string | null> {
  const moment = new Date(at);
  const duty = (await dutiesOf(tx, [panelId], moment)).get(panelId);
  return duty ? knownDuties.at(duty.rota, duty.overrides, moment).memberId : null;
}
