import {
  commandData,
  erased,
  kept,
  messagingData,
  migrationData,
  retention,
  storedBy,
  untouched,
  type StoredData,
} from './entry.js';

const table = storedBy('notify');
const whoWasOnCall = kept('who was on call and who took over is part of the record; by id alone');
const webhookLog = '30 days after it is settled';

/** What notify stores. */
export const notifyData: readonly StoredData[] = [
  table('rota', {
    what: 'panels that have a rota',
    whose: 'nobody',
    why: 'to know who is on call',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  table('shift', {
    what: 'who is on call when',
    whose: 'members',
    why: 'to know who is on call',
    retention: 'until the rota changes',
    onErasure: erased,
  }),
  table('rota_override', {
    what: 'who stands in when',
    whose: 'members',
    why: 'to know who is on call',
    retention: retention.organisation,
    onErasure: erased,
  }),
  table('panel_duty', {
    what: 'who is on call now, or was last',
    whose: 'members',
    why: 'to hand cases over',
    retention: 'until the next shift',
    onErasure: erased,
  }),
  table('hand_over', {
    what: 'between whom a panel was handed over, when',
    whose: 'members',
    why: 'so that no case is dropped',
    retention: retention.childRecord,
    onErasure: whoWasOnCall,
  }),
  table('hand_over_item', {
    what: 'cases of a hand-over, and when each was noted and accepted',
    whose: 'children',
    why: 'so that no case is dropped',
    retention: retention.childRecord,
    onErasure: untouched,
  }),
  table('timer', {
    what: 'what is to be done next, and for whom',
    whose: 'members',
    why: 'to act in time',
    retention: 'until it is done',
    onErasure: erased,
  }),
  table('stream_position', {
    what: 'how many entries a stream of a member has',
    whose: 'members',
    why: 'to tell people what concerns them, as it happens',
    retention: retention.account,
    onErasure: erased,
  }),
  table('stream_entry', {
    what: 'what a member was told, about which case: codes and ids',
    whose: 'members',
    why: 'to tell people what concerns them, as it happens',
    retention: retention.account,
    onErasure: erased,
  }),
  table('mail', {
    what: 'what a mail was about and when it went to whom, by id; neither its address nor its words',
    whose: 'members',
    why: 'to tell people what concerns them, and to show that it was sent',
    retention: retention.account,
    onErasure: erased,
  }),
  table('test_page', {
    what: 'test pages, to whom, and when they were acknowledged',
    whose: 'members',
    why: 'to know that paging works',
    retention: retention.organisation,
    onErasure: whoWasOnCall,
  }),
  table('webhook', {
    what: "addresses of organisations' programs, and the secrets to sign with",
    whose: 'nobody',
    why: 'to tell programs',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  table('webhook_delivery', {
    what: 'what was sent to programs: ids, codes and times',
    whose: 'nobody',
    why: 'to send it again',
    retention: webhookLog,
    onErasure: untouched,
  }),
  table('webhook_attempt', {
    what: 'when it was tried, and with what outcome',
    whose: 'nobody',
    why: 'to see what went wrong',
    retention: webhookLog,
    onErasure: untouched,
  }),
  commandData('notify', kept('who sent it, by id alone'), 'replies to commands: ids, codes and times'),
  ...messagingData('notify'),
  migrationData('notify'),
];
