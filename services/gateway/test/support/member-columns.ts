/** Columns that hold ids, but never of a person, by their name: what they name is something else. */
const things = new Set([
  'id',
  'case_id',
  'organisation_id',
  'practice_id',
  'panel_organisation_id',
  'panel_id',
  'lead_panel_id',
  'grant_id',
  'grant_ids',
  'import_id',
  'client_id',
  'advice_id',
  'hand_over_id',
  'override_id',
  'webhook_id',
  'delivery_id',
  'baseline_id',
  'message_id',
  'source_message',
  'command_id',
  'session_id',
  'object_key',
]);

/** Of everything else that can hold a member's id: the section of their export, or why there is none. */
const people: Readonly<Record<string, { readonly section: string } | { readonly because: string }>> = {
  'access.access_grant.given_by': { section: 'grantsGiven' },
  'access.access_grant.member_id': { section: 'grantsReceived' },
  'access.access_grant.principal_id': { section: 'grantsReceived' },
  'access.access_grant.revoked_by': { section: 'grantsGiven' },
  'access.application.administrator_id': { section: 'applications' },
  'access.application.decided_by': { section: 'applicationsDecided' },
  'access.audit.actor_id': { section: 'audit' },
  'access.audit.actor_kind': { because: 'says what kind of actor it is, not who' },
  'access.audit.subject_id': { section: 'auditAboutThem' },
  'access.case_ref.requester_id': { section: 'casesAsked' },
  'access.client.created_by': { section: 'programsRegistered' },
  'access.command.caller_id': { section: 'commands' },
  'access.consent.member_id': { section: 'consents' },
  'access.consent_act.member_id': { section: 'consentActs' },
  'access.erasure.erased_by': { section: 'erasuresCarriedOut' },
  'access.erasure.member_id': { section: 'erasure' },
  'access.erasure_part.member_id': { because: 'there only once nobody can ask for an export any more' },
  'access.governance_opening.member_id': { section: 'governanceOpenings' },
  'access.identity.member_id': { section: 'identities' },
  'access.identity_invitation.member_id': { section: 'invitations' },
  'access.leaving.asked_by': { section: 'leavingOrganisations' },
  'access.leaving.cases_approved_by': { section: 'leavingOrganisations' },
  'access.leaving.cases_asked_by': { section: 'leavingOrganisations' },
  'access.organisation_export.by_id': { section: 'organisationExports' },
  'access.member.id': { section: 'account' },
  'access.member_import.started_by': { section: 'importsStarted' },
  'access.member_import_line.member_id': { section: 'importLines' },
  'access.membership.member_id': { section: 'places' },
  'access.organisation_duty.member_id': { section: 'duties' },
  'access.panel.lead_member_id': { section: 'panels' },
  'access.panel_member.member_id': { section: 'panels' },
  'access.panel_offer.answered_by': { section: 'panelOffers' },
  'access.panel_offer.offered_by': { section: 'panelOffers' },
  'cases.attestation.member_id': { section: 'attestations' },
  'cases.audience.principal': { section: 'casesShown' },
  'cases.cases.requester_id': { section: 'casesAsked' },
  'cases.command.caller_id': { section: 'commands' },
  'cases.post.author_id': { section: 'posts' },
  'cases.record_copy.member_id': { section: 'recordCopies' },
  'cases.reserved_ids.caller_id': { section: 'commandsUnderWay' },
  'cases.responsibility.member_id': { section: 'responsibilities' },
  'cases.survey.member_id': { section: 'surveys' },
  'files.command.caller_id': { section: 'commands' },
  'files.file.uploaded_by': { section: 'uploads' },
  'gateway.idempotency_key.member_id': { section: 'repeatableRequests' },
  'gateway.login_attempt.link_session_id': { section: 'identitiesBeingLinked' },
  'gateway.session.member_id': { section: 'sessions' },
  'metrics.baseline.imported_by': { section: 'baselinesImported' },
  'metrics.command.caller_id': { section: 'commands' },
  'notify.command.caller_id': { section: 'commands' },
  'notify.hand_over.incoming_id': { section: 'handOvers' },
  'notify.hand_over.lead_id': { section: 'handOvers' },
  'notify.hand_over.outgoing_id': { section: 'handOvers' },
  'notify.mail.member_id': { section: 'mails' },
  'notify.panel_duty.member_id': { section: 'onCall' },
  'notify.rota_override.member_id': { section: 'overrides' },
  'notify.shift.member_id': { section: 'shifts' },
  'notify.stream_entry.member_id': { section: 'stream' },
  'notify.stream_position.member_id': { section: 'streamPosition' },
  'notify.test_page.member_id': { section: 'testPages' },
  'notify.timer.member_id': { section: 'reminders' },
};

const events = { because: 'events on their way, by ids: what they tell is in the rows they are about' };
const ofMessages = /^\w+\.(outbox|dead_letter)\.aggregate_id$/;

/** Where a column is in a member's export, or why it is in none; undefined for one that nobody has thought of. */
export function exportOf(
  service: string,
  table: string,
  column: string,
): { readonly section: string } | { readonly because: string } | undefined {
  const name = `${service}.${table}.${column}`;
  if (ofMessages.test(name)) return events;
  return people[name] ?? (things.has(column) ? { because: 'the id of something else' } : undefined);
}

/** All that the table above names, to see that it still exists. */
export const namedColumns: readonly string[] = Object.keys(people);
