import {
  commandData,
  erased,
  kept,
  messagingData,
  migrationData,
  protection,
  retention,
  storedBy,
  untouched,
  type StoredData,
} from './entry.js';

const files = storedBy('files');
const metrics = storedBy('metrics');
const gateway = storedBy('gateway');
const ids = 'replies to commands: ids, codes and times';

/** What files stores. */
export const filesData: readonly StoredData[] = [
  files('file', {
    what: 'name, kind, size and wrapped key of a file, and who attested it and uploaded it',
    whose: 'children',
    why: 'to show pictures and documents of a case',
    retention: retention.childRecord,
    onErasure: kept("part of a child's record; it names the person by id alone"),
  }),
  files('doomed_object', {
    what: 'objects that are to be removed',
    whose: 'nobody',
    why: 'to remove them',
    retention: 'until they are removed',
    onErasure: untouched,
  }),
  files('FILES_DIR or S3_BUCKET', {
    store: 'objects',
    what: 'the encrypted bytes of files',
    whose: 'children',
    why: 'to show pictures and documents of a case',
    retention: `${retention.childRecord}; a file whose key is destroyed is unreadable at once`,
    protection: protection.encrypted,
    onErasure: kept("part of a child's record"),
  }),
  commandData('files', kept('who sent it, by id alone'), ids),
  ...messagingData('files'),
  migrationData('files'),
];

/** What metrics stores. */
export const metricsData: readonly StoredData[] = [
  metrics('case_fact', {
    what: 'times and codes of a case, by practice and panel; no text, no person',
    whose: 'children',
    why: 'to know whether the programme helps',
    retention: retention.childRecord,
    onErasure: untouched,
  }),
  metrics('follow_up_fact', {
    what: 'codes of what became of a child after a case was closed; no text, no person',
    whose: 'children',
    why: 'to know whether the programme helps',
    retention: retention.childRecord,
    onErasure: untouched,
  }),
  metrics('baseline', {
    what: 'imported e-mail lines to compare with: their names, and who imported them',
    whose: 'members',
    why: 'to compare',
    retention: retention.organisation,
    onErasure: kept('who imported it, by id alone'),
  }),
  metrics('baseline_thread', {
    what: 'times and codes of e-mail threads',
    whose: 'nobody',
    why: 'to compare',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  commandData('metrics', kept('who sent it, by id alone'), ids),
  ...messagingData('metrics'),
  migrationData('metrics'),
];

/** What the gateway stores, and what it and all others write beside their databases. */
export const gatewayData: readonly StoredData[] = [
  gateway('session', {
    what: 'who is signed in, by which issuer, with what it said of them',
    whose: 'members',
    why: 'to stay signed in',
    retention: '30 minutes without a request, 12 hours at most',
    protection: protection.hashed,
    onErasure: erased,
  }),
  gateway('login_attempt', {
    what: 'sign-ins that are under way',
    whose: 'members',
    why: 'to sign in',
    retention: '10 minutes',
    protection: protection.hashed,
    onErasure: erased,
  }),
  gateway('logout_token', {
    what: "ids of issuers' messages that ended a session",
    whose: 'nobody',
    why: 'so that each counts once',
    retention: 'while the message would be valid',
    onErasure: untouched,
  }),
  gateway('idempotency_key', {
    what: 'replies to requests that may be repeated',
    whose: 'members',
    why: 'so that nothing is done twice',
    retention: '24 hours',
    onErasure: erased,
  }),
  gateway('client_token', {
    what: 'access tokens of programs',
    whose: 'nobody',
    why: 'to let programs in',
    retention: 'while the token is valid',
    protection: protection.hashed,
    onErasure: untouched,
  }),
  gateway('client_assertion', {
    what: 'ids of the proofs by which programs got tokens',
    whose: 'nobody',
    why: 'so that each counts once',
    retention: 'while the proof would be valid',
    protection: protection.hashed,
    onErasure: untouched,
  }),
  gateway('TRACE_DIR or your collector', {
    store: 'folder',
    what: "every service's spans: names of operations, codes and durations; no text, name or address",
    whose: 'nobody',
    why: 'to find faults',
    retention: "the operator's choice",
    protection: 'redacted before it is written',
    onErasure: untouched,
  }),
  migrationData('gateway'),
];
