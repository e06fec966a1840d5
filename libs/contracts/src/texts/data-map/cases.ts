import {
  commandData,
  kept,
  messagingData,
  migrationData,
  retention,
  storedBy,
  untouched,
  type StoredData,
} from './entry.js';

const table = storedBy('cases');
const record = kept("part of a child's record; it names the person by id alone");

/** What cases stores. */
export const casesData: readonly StoredData[] = [
  table('cases', {
    what: 'the anonymised question: history, examination, results, medication, age band, sex, priority, status, who asked it, and by whose consent it is shared',
    whose: 'children',
    why: 'to get advice on a child',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('post', {
    what: 'the discussion: questions, advice, information and notes, each with its author',
    whose: 'children',
    why: 'to get advice on a child',
    retention: retention.childRecord,
    onErasure: kept("part of a child's record; its author is shown as a former member"),
  }),
  table('attestation', {
    what: 'who attested, by which text, that a case is anonymised',
    whose: 'members',
    why: 'to show that the duty to anonymise was acknowledged',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('audience', {
    what: 'under whom a case is filed: members, panels, practices, by id',
    whose: 'members',
    why: 'to find cases',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('responsibility', {
    what: 'who answered for a case from when to when',
    whose: 'members',
    why: 'so that somebody always does',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('response_clock', {
    what: 'by when a case is to be answered, and when it was',
    whose: 'children',
    why: 'to answer in time',
    retention: retention.childRecord,
    onErasure: untouched,
  }),
  table('survey', {
    what: 'what became of a question, and a comment on it, by whom',
    whose: 'children',
    why: 'to know whether advice helped',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('record_copy', {
    what: "that advice was taken into the child's own record, when and by whom",
    whose: 'children',
    why: 'to link advice and record',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('timeline', {
    what: 'what happened to a case, when and by whom: codes and ids alone',
    whose: 'children',
    why: 'to show how a case went, and who was answerable',
    retention: retention.childRecord,
    onErasure: record,
  }),
  table('timer', {
    what: 'what a case waits for, and until when',
    whose: 'children',
    why: 'so that nothing is forgotten',
    retention: 'until it is done',
    onErasure: untouched,
  }),
  table('reserved_ids', {
    what: 'ids for a case that is being made, and who makes it',
    whose: 'members',
    why: 'so that a crash leaves nothing half-done',
    retention: 'until it is made',
    onErasure: { does: 'erased' },
  }),
  commandData('cases', kept('who sent it, by id alone'), 'replies to commands: ids, codes and times'),
  ...messagingData('cases'),
  migrationData('cases'),
];
