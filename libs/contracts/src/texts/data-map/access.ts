import {
  basis,
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

const table = storedBy('access');
const byId = kept('it names the person by id alone, and shows who opened which case to whom');

const people: readonly StoredData[] = [
  table('member', {
    what: 'name, e-mail address, and whether the account is active',
    whose: 'members',
    why: 'to know who acts, and to reach them',
    retention: retention.account,
    onErasure: erased,
  }),
  table('identity', {
    what: 'sign-in issuers and what they call the person',
    whose: 'members',
    why: 'to sign in',
    retention: retention.account,
    onErasure: erased,
  }),
  table('identity_invitation', {
    what: 'e-mail address by which a first sign-in counts',
    whose: 'members',
    why: 'to let an invited person in',
    retention: 'until the first sign-in',
    onErasure: erased,
  }),
  table('membership', {
    what: "places in organisations: roles, and the organisation's own name, user name and address for the person",
    whose: 'members',
    why: 'to know for whom somebody acts, as what',
    retention: 'while the account exists, ended places included',
    onErasure: erased,
  }),
  table('panel_member', {
    what: 'who is in which panel',
    whose: 'members',
    why: 'to send cases to the right people',
    retention: 'while they are in it; of closed panels, with the panel',
    onErasure: kept('who was in a panel that is closed, by id alone; in all others it is erased'),
  }),
  table('organisation_duty', {
    what: "who covers a practice's cases, and who may open cases for governance",
    whose: 'members',
    why: 'so that leave orphans no case',
    retention: 'while they have the duty',
    onErasure: erased,
  }),
  table('member_import', {
    what: 'imports of members from files: counts, line numbers and reasons',
    whose: 'members',
    why: 'to follow an import, and to correct the file',
    retention: retention.organisation,
    onErasure: kept('who started it, by id alone'),
  }),
  table('member_import_line', {
    what: 'names, addresses, user names, subjects and roles from the file',
    whose: 'members',
    why: 'to check a file whole before anything is written',
    retention: 'while the import is under way',
    onErasure: erased,
  }),
  table('erasure', {
    what: 'who asked to be erased, when, and who carried it out',
    whose: 'members',
    why: 'to answer in time and to show that it was done',
    basis: basis.account,
    retention: retention.audit,
    onErasure: kept('that somebody was erased, by id alone'),
  }),
  table('erasure_part', {
    what: 'how many rows each service erased',
    whose: 'members',
    why: 'to show that it was done',
    basis: basis.account,
    retention: retention.audit,
    onErasure: kept('counts, by id alone'),
  }),
];

const organisations: readonly StoredData[] = [
  table('organisation', {
    what: 'ODS code, name, kind, settings',
    whose: 'nobody',
    why: 'to know who takes part',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  table('panel', {
    what: 'name, specialty, phone number, hours and targets of a panel, and who leads it',
    whose: 'members',
    why: 'to send cases to it',
    retention: retention.organisation,
    onErasure: kept('who led a panel that is closed, by id alone'),
  }),
  table('panel_offer', {
    what: 'panels offered to other organisations, by whom',
    whose: 'members',
    why: 'to share panels',
    retention: retention.organisation,
    onErasure: kept('who offered and answered, by id alone'),
  }),
  table('issuer', {
    what: 'sign-in issuers and how to read their tokens',
    whose: 'nobody',
    why: 'to sign in',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  table('organisation_issuer', {
    what: 'which organisation takes which issuer',
    whose: 'nobody',
    why: 'to sign in',
    retention: retention.organisation,
    onErasure: untouched,
  }),
  table('application', {
    what: 'what an organisation said when it applied, with name and address of signatory, contacts and first administrator',
    whose: 'applicants',
    why: 'to decide on it, and to know who answers for the data',
    retention: retention.organisation,
    onErasure: erased,
  }),
  table('conformance_run', {
    what: "runs in which an organisation's own set-up showed that it works: codes, ids and times",
    whose: 'members',
    why: 'to show that it works',
    retention: retention.organisation,
    onErasure: kept('what was tried by whom, by id alone'),
  }),
  table('leaving', {
    what: 'that an organisation leaves: why, when, and who asked for and approved what it takes along',
    whose: 'members',
    why: 'to give it everything, and to close it',
    basis: basis.account,
    retention: retention.audit,
    protection: protection.hashed,
    onErasure: kept('who asked and approved, by id alone'),
  }),
  table('organisation_export', {
    what: 'exports that a leaving organisation began, by whom and from which network address',
    whose: 'members',
    why: 'to account for what was taken along',
    basis: basis.account,
    retention: retention.audit,
    onErasure: kept('who began it, by id and network address'),
  }),
  table('client', {
    what: 'programs of organisations, their public keys, and who registered them',
    whose: 'members',
    why: 'to let programs in',
    retention: retention.organisation,
    onErasure: kept('who registered it, by id alone'),
  }),
  table('scim_token', {
    what: 'secrets of programs that cannot sign',
    whose: 'nobody',
    why: 'to let programs in',
    retention: retention.organisation,
    protection: protection.hashed,
    onErasure: untouched,
  }),
];

const decisions: readonly StoredData[] = [
  table('case_ref', {
    what: 'who asked which case for which practice',
    whose: 'children',
    why: 'to decide who may see it',
    retention: retention.childRecord,
    onErasure: byId,
  }),
  table('access_grant', {
    what: 'who may see which case, by whom, why and until when',
    whose: 'children',
    why: 'to decide who may see it',
    retention: retention.childRecord,
    onErasure: byId,
  }),
  table('governance_opening', {
    what: 'who opened which case for governance, and why',
    whose: 'children',
    why: 'to account for it',
    basis: basis.account,
    retention: retention.childRecord,
    onErasure: byId,
  }),
  table('consent_text', {
    what: 'the Terms of Use and the Privacy Policy',
    whose: 'nobody',
    why: 'to show what was agreed to',
    retention: 'for ever',
    onErasure: untouched,
  }),
  table('consent', {
    what: 'which version of a text a member accepted, and when',
    whose: 'members',
    why: 'to show that it was accepted',
    basis: basis.account,
    retention: retention.audit,
    onErasure: kept('kind, version and time, by id alone: what was done under it rests on it'),
  }),
  table('consent_act', {
    what: 'what a member accepted and withdrew, and when',
    whose: 'members',
    why: 'to show it',
    basis: basis.account,
    retention: retention.audit,
    protection: protection.sealed,
    onErasure: kept('kind, version and time, by id alone: what was done under it rests on it'),
  }),
  table('audit', {
    what: 'who did or was refused what, when, through which grant, from which network address; ids and codes',
    whose: 'members',
    why: 'to account for every access',
    basis: basis.account,
    retention: retention.audit,
    protection: protection.sealed,
    onErasure: kept(
      'ids, codes and the network address, without a name: a row that forgets could not be proved, and no row may be changed',
    ),
  }),
  ...(
    [
      ['audit_leaf', 'hashes of audit rows'],
      ['audit_node', 'hashes of hashes'],
      ['audit_head', 'signed heads of the tree over the audit'],
      ['audit_key', 'public keys that heads were signed with'],
      ['audit_sealing', 'how far the audit is sealed'],
    ] as const
  ).map(([name, what]) =>
    table(name, {
      what,
      whose: 'nobody',
      why: 'to prove that the audit is whole',
      retention: retention.audit,
      protection: protection.sealed,
      onErasure: untouched,
    }),
  ),
];

/** What access stores. */
export const accessData: readonly StoredData[] = [
  ...people,
  ...organisations,
  ...decisions,
  commandData('access', erased, 'replies to commands, some of which say whom an administrator added'),
  ...messagingData('access'),
  migrationData('access'),
];
