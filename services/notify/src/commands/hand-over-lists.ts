import type { ServiceCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { casesToHandOver, streamGrew } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { insertHandOverRow, insertItems, type HandOverRow, type ItemRow } from '../data/hand-overs.js';
import { recordMails } from '../data/mails.js';
import { appendEntriesEach, type EntryKind, type PersonalEntry } from '../data/streams.js';
import { armTimer } from '../data/timers.js';
import type { MailSender } from '../delivery/mail-sender.js';
import type { HandOverMailTemplate } from '../domain/mail-text.js';
import { visibleCases } from '../queries/visible-cases.js';

/** What the effects of timers work with. */
export interface TimerWork {
  readonly service: ServiceContext;
  readonly sender: Pick<MailSender, 'wake'>;
  /** How long a hand-over may wait for acceptance before it is passed to the lead, and between reminders. */
  readonly acceptWithinMs: number;
}

/** The cases of one leaving doctor, asked for before the transaction that hands them over. */
export interface LeavingList {
  readonly outgoingId: string;
  readonly caseIds: readonly string[];
  /** For each case who of the two doctors may see it, and so be told of it. */
  readonly visible: ReadonlyMap<string, readonly string[]>;
}

/** The open cases of a panel that a doctor answers for, by the word of cases. */
export async function casesOf(
  service: ServiceContext,
  caller: ServiceCaller,
  panelId: string,
  memberId: string,
): Promise<readonly string[]> {
  return (await service.bus.request(casesToHandOver, caller, { panelId, memberId })).caseIds;
}

/** What a leaving doctor has to hand over to the one who comes. */
export async function listFor(
  service: ServiceContext,
  panelId: string,
  outgoingId: string,
  incomingId: string,
): Promise<LeavingList> {
  const self = await service.bus.self();
  const caseIds = await casesOf(service, self, panelId, outgoingId);
  return {
    outgoingId,
    caseIds,
    visible: await visibleCases(service, self, caseIds, [outgoingId, incomingId]),
  };
}

/** Begins a hand-over with its cases, tells both doctors, and sets the time by which it must be accepted. */
export async function startHandOver(
  work: TimerWork,
  tx: Transaction,
  row: Omit<HandOverRow, 'id'>,
  list: LeavingList,
  earlier: ReadonlyMap<string, ItemRow> = new Map(),
): Promise<void> {
  const handOver = { id: uuidv7(), ...row };
  await insertHandOverRow(tx, handOver);
  await addCases(work, tx, handOver, list, earlier);
  const now = work.service.clock.now();
  const dueAt = new Date(now.getTime() + work.acceptWithinMs);
  const { panelId, id: handOverId } = handOver;
  await armTimer(tx, { kind: 'hand-over-overdue', panelId, handOverId, dueAt }, now);
}

/**
 * Adds cases to a hand-over and tells both doctors: the incoming one by stream and one mail, the outgoing one by stream.
 * @param earlier items of hand-overs that this one continues; a lead who was told, and a note, stay on record
 */
export async function addCases(
  work: TimerWork,
  tx: Transaction,
  handOver: HandOverRow,
  { caseIds, visible }: LeavingList,
  earlier: ReadonlyMap<string, ItemRow> = new Map(),
): Promise<void> {
  const items = caseIds.map((caseId) => ({
    id: uuidv7(),
    caseId,
    notedAt: earlier.get(caseId)?.notedAt ?? null,
    escalatedAt: earlier.get(caseId)?.escalatedAt ?? null,
  }));
  await insertItems(tx, handOver.id, items);
  const { incomingId, outgoingId, id: handOverId } = handOver;
  const told = (memberId: string, kind: EntryKind): PersonalEntry[] =>
    items
      .filter(({ caseId }) => visible.get(caseId)?.includes(memberId))
      .map(({ id, caseId }) => ({ memberId, kind, caseId, sourceMessage: id }));
  await tellEach(work, tx, [
    ...told(incomingId, 'hand-over-waiting'),
    ...told(outgoingId, 'hand-over-leaving'),
  ]);
  await mailAboutHandOver(work, tx, 'hand-over-waiting', handOverId, [incomingId]);
}

/** Adds entries to streams, and hints at them once committed. */
export async function tellEach(
  { service }: TimerWork,
  tx: Transaction,
  entries: readonly PersonalEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  appendEntriesEach(tx, entries, service.clock.now());
  tx.afterCommit(() => {
    service.bus.nudge(streamGrew, { memberIds: [...new Set(entries.map((entry) => entry.memberId))] });
  });
}

/** Records one mail to each member, which counts the waiting cases when it is sent; none goes out when none is left. */
export async function mailAboutHandOver(
  { service, sender }: TimerWork,
  tx: Transaction,
  template: HandOverMailTemplate,
  handOverId: string,
  memberIds: readonly string[],
): Promise<void> {
  const traceparent = currentTraceparent();
  const mail = { template, handOverId, sourceMessage: uuidv7(), traceparent };
  recordMails(tx, memberIds, mail, service.clock.now());
  tx.afterCommit(() => {
    sender.wake();
  });
}
