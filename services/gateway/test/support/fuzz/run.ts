import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RunningService } from '@definitivedx/bus';
import { anonymisationDuty } from '@definitivedx/contracts';
import { startWorld, until as eventually, type World } from '@definitivedx/testing';
import { setStage, type Part, type Stage } from '../cast.js';
import { startGateway } from '../gateway.js';
import { Issuer } from '../issuer.js';
import { examples } from './examples.js';
import { operations, type Operation } from './operations.js';
import { complaintAbout } from './replies.js';
import { requestFor } from './requests.js';
import type { Pool } from './values.js';

/** Those who try everything, one from each side. */
const tryers: readonly Part[] = [
  ...(['anonymous', 'stranger', 'requester', 'panelMember', 'admin', 'trustAdmin'] as const),
  ...(['programmeLead', 'operator'] as const),
];
/** Whom operations on people are tried on, and who try what would lock themselves out. */
const victims = ['colleague', 'formerPanelMember', 'revoked'] as const satisfies readonly Part[];

/** Operations after which people, organisations or everyone may not get in any more: tried last, in this order. */
const lockingOut = [
  'POST /api/v1/organisation/members/imports',
  'DELETE /api/v1/organisation/members/{memberId}',
  'POST /api/v1/organisation/members/{memberId}/deactivate',
  'POST /api/v1/accounts/{memberId}/disable',
  'POST /api/v1/organisation/members/{memberId}/erasure',
  'POST /api/v1/accounts/{memberId}/erasure',
  'POST /api/v1/organisation/leaving',
  'POST /api/v1/organisations/{organisationId}/leaving-confirmation',
  'POST /api/v1/organisations/{organisationId}/closure',
  'DELETE /api/v1/organisation/leaving',
  'POST /api/v1/me/erasure',
  'DELETE /api/v1/consents/{kind}',
  'POST /api/v1/platform/consent-texts',
];
/** What makes things comes before what is done to them. */
const place = ({ name, method, path }: Operation): number =>
  lockingOut.includes(name)
    ? 100 + lockingOut.indexOf(name)
    : path.split('{').length - (method === 'POST' ? 0.5 : 0);

interface Effort {
  readonly seed: number;
  /** Inputs for each operation, each tried by everyone. */
  readonly inputs: number;
  /** At most so long for one operation. */
  readonly milliseconds: number;
}

/**
 * Tries every operation of the API document by everyone with inputs made from its schemas, right and wrong, and compares
 * each answer with the document (security.md 22). fast-check prints seed and path of what fails.
 */
export function fuzzEveryOperation({ seed, inputs, milliseconds }: Effort): void {
  let world: World;
  let issuer: Issuer;
  let gateway: RunningService;
  let stage: Stage;
  let pool: Pool;
  const succeeded = new Set<string>();

  beforeAll(async () => {
    world = await startWorld();
    issuer = await Issuer.start();
    await world.startProgram('access');
    await Promise.all(
      (['cases', 'notify', 'metrics', 'files'] as const).map((name) => world.startProgram(name)),
    );
    gateway = await startGateway(world, { issuer: issuer.url });
    await eventually(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
    stage = await setStage(world, issuer, gateway.url);
    pool = poolOf(stage);
  }, 90_000);
  afterAll(async () => {
    issuer.stop();
    await world.stop();
  });

  describe(`with the seed ${String(seed)}`, () => {
    it.each(
      operations.toSorted((one, other) => place(one) - place(other)).map((one) => [one.name, one] as const),
    )(
      '%s',
      async (name, operation) => {
        const parts: readonly Part[] = name === 'POST /api/v1/me/erasure' ? victims : tryers;
        const until = performance.now() + milliseconds;
        let tried = 0;
        await fc.assert(
          fc.asyncProperty(requestFor(operation, pool, examples(stage)[name]), async ({ path, ...init }) => {
            // Time is bounded; nothing goes untried.
            if (tried > 0 && performance.now() > until) return;
            tried += 1;
            const complaints = await Promise.all(
              parts.map(async (part) => {
                const reply = await stage.clients[part].fetch(path, { ...init, redirect: 'manual' });
                if (reply.status < 400) succeeded.add(name);
                const complaint = await complaintAbout(operation, reply, (body) => {
                  learn(pool, body);
                });
                return complaint === undefined ? [] : [`${part}: ${init.method} ${path} ${complaint}`];
              }),
            );
            expect(complaints.flat()).toEqual([]);
          }),
          { seed, numRuns: inputs, endOnFailure: true },
        );
      },
      milliseconds + 30_000,
    );
  });

  it('got far enough: most operations were also carried out', () => {
    const never = operations.map(({ name }) => name).filter((name) => !succeeded.has(name));
    expect(never.length < operations.length / 2 ? [] : never).toEqual([]);
  });
}

const learnt = /^(?!member|organisation|panel|trace).*Id$|^(reference|cursor|nextCursor|code|hash)$/;
const mostLearnt = 6;

/** Keeps ids and the like out of an answer, so that what was made can be asked for, changed and ended. */
function learn(pool: Pool, body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [field, value] of Object.entries(body)) {
    learn(pool, value);
    if (typeof value !== 'string' || !learnt.test(field)) continue;
    const known = (pool[field === 'nextCursor' ? 'cursor' : field] ??= []);
    if (!known.includes(value)) known.push(value);
    // The first one is of the stage, and stays.
    if (known.length > mostLearnt) known.splice(1, 1);
  }
}

const poolOf = ({ memberId, panelId, caseId }: Stage): Pool => ({
  caseId: [caseId],
  panelId: [panelId],
  memberId: victims.map((part) => memberId[part]),
  organisation: ['PRAC1', 'NOBODY'],
  odsCode: ['PRAC1', 'OTHER1'],
  version: ['1', anonymisationDuty.version],
  hash: [anonymisationDuty.hash],
  act: ['case.access', 'case.create'],
  'If-Match': ['"1"', '*'],
  'X-Attestation-Version': [anonymisationDuty.version],
  'X-Attestation-Hash': [anonymisationDuty.hash],
  leavesOn: ['2027-06-01'],
  issuer: ['http://127.0.0.1:9/'],
  timeZone: ['Europe/London'],
  duty: ['cover', 'governance'],
  from: ['2026-01'],
  to: ['2026-11'],
  since: ['2026-11-01T00:00:00Z'],
});
