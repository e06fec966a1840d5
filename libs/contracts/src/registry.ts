import * as answering from './access/answering.js';
import * as applications from './access/applications.js';
import * as auditSearch from './access/audit-search.js';
import * as auditTree from './access/audit-tree.js';
import * as consent from './access/consent.js';
import * as clients from './access/clients.js';
import * as conformance from './access/conformance.js';
import * as directory from './access/directory.js';
import * as accessExport from './access/export.js';
import * as erasure from './access/erasure.js';
import * as governance from './access/governance.js';
import * as grants from './access/grants.js';
import * as identity from './access/identity.js';
import * as imports from './access/imports.js';
import * as leaving from './access/leaving.js';
import * as members from './access/members.js';
import * as names from './access/names.js';
import * as ownPanels from './access/own-panels.js';
import * as issuers from './access/issuers.js';
import * as panels from './access/panels.js';
import * as restricting from './access/restricting.js';
import * as scim from './access/scim.js';
import * as caseChasing from './cases/chasing.js';
import * as caseAsking from './cases/asking.js';
import * as caseClosing from './cases/closing.js';
import * as caseCommands from './cases/commands.js';
import * as caseDocument from './cases/document.js';
import * as caseDrafts from './cases/drafts.js';
import * as caseEvents from './cases/events.js';
import * as caseExport from './cases/export.js';
import * as caseFilters from './cases/filters.js';
import * as caseFollowing from './cases/following.js';
import * as caseFollowUps from './cases/follow-ups.js';
import * as caseHandOver from './cases/hand-over.js';
import * as caseLists from './cases/lists.js';
import * as caseOutcomes from './cases/outcomes.js';
import * as casePosts from './cases/posts.js';
import * as caseQueries from './cases/queries.js';
import * as caseSafeguarding from './cases/safeguarding.js';
import * as caseTeaching from './cases/teaching.js';
import * as caseErasure from './cases/erasure.js';
import * as caseConsulting from './cases/consulting.js';
import * as caseResponsibility from './cases/responsibility.js';
import * as caseTimeline from './cases/timeline.js';
import * as caseTemplates from './cases/templates.js';
import type { EventContract, NudgeContract, RequestContract } from './define.js';
import * as fileExport from './files/export.js';
import * as fileContracts from './files/files.js';
import * as figuresExport from './metrics/export.js';
import * as reports from './metrics/reports.js';
import * as channelEvidence from './notify/channel-evidence.js';
import * as webhooksExport from './notify/export.js';
import * as notifyErasure from './notify/erasure.js';
import * as handOvers from './notify/hand-overs.js';
import * as onCall from './notify/on-call.js';
import * as stream from './notify/stream.js';
import * as testPages from './notify/test-pages.js';
import * as webhooks from './notify/webhooks.js';
import {
  deadLetteredBy,
  listDeadLetters,
  messagingServices,
  replayDeadLetter,
  republishOutbox,
} from './system/messaging.js';
import { exportMember, servicesWithMembers } from './system/personal-data.js';

type AnyContract = RequestContract | EventContract | NudgeContract;

const isContract = (value: unknown): value is AnyContract =>
  typeof value === 'object' && value !== null && 'type' in value && 'subject' in value;

const all: readonly AnyContract[] = [
  ...[
    answering,
    applications,
    auditSearch,
    auditTree,
    consent,
    clients,
    conformance,
    directory,
    erasure,
    governance,
    grants,
    identity,
    imports,
    members,
    names,
    ownPanels,
    issuers,
    panels,
    restricting,
    scim,
    caseChasing,
    caseAsking,
    caseClosing,
    caseConsulting,
    caseResponsibility,
    caseTimeline,
    caseCommands,
    caseDocument,
    caseDrafts,
    caseErasure,
    caseEvents,
    caseFilters,
    caseFollowing,
    caseFollowUps,
    caseHandOver,
    caseLists,
    caseOutcomes,
    casePosts,
    caseQueries,
    caseTemplates,
    caseSafeguarding,
    caseTeaching,
    fileContracts,
    reports,
    channelEvidence,
    notifyErasure,
    handOvers,
    onCall,
    stream,
    testPages,
    webhooks,
    accessExport,
    leaving,
    caseExport,
    fileExport,
    figuresExport,
    webhooksExport,
  ].flatMap((file) => Object.values(file as Record<string, unknown>).filter(isContract)),
  ...messagingServices.flatMap((service) => [
    republishOutbox(service),
    listDeadLetters(service),
    replayDeadLetter(service),
  ]),
  ...servicesWithMembers.map(exportMember),
  ...Object.values(deadLetteredBy),
];

/** Every contract there is. Permissions, streams, durables and the published documents are generated from it. */
export const requestContracts = all.filter((c): c is RequestContract => c.type === 'request');
export const eventContracts = all.filter((c): c is EventContract => c.type === 'event');
export const nudgeContracts = all.filter((c): c is NudgeContract => c.type === 'nudge');
