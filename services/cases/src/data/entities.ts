import { defineEntity, p } from '@definitivedx/db';

/** What a new case consists of; these are written through MikroORM, the hot paths beside them by prepared statement. */
export const CaseRow = defineEntity({
  name: 'CaseRow',
  tableName: 'cases',
  properties: {
    id: p.uuid().primary(),
    requesterId: p.uuid(),
    organisationId: p.uuid(),
    question: p.text(),
    history: p.text(),
    ageBand: p.text(),
    sex: p.text(),
    intendedAction: p.text(),
    priority: p.text(),
    status: p.text(),
    version: p.integer(),
    postCount: p.integer(),
    textBytes: p.integer(),
    createdAt: p.datetime(),
    lastActivityAt: p.datetime(),
  },
});

export const AttestationRow = defineEntity({
  name: 'AttestationRow',
  tableName: 'attestation',
  properties: {
    caseId: p.uuid().primary(),
    memberId: p.uuid(),
    version: p.text(),
    hash: p.text(),
    attestedAt: p.datetime(),
  },
});

export const entities = [CaseRow, AttestationRow];
