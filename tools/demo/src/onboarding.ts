import { setTimeout as sleep } from 'node:timers/promises';
import {
  acknowledgeTestPage,
  apiClient,
  approveApplication,
  beginConformanceRun,
  createPanel,
  createScimToken,
  getConformanceRun,
  listConformanceRuns,
  listOwnPanels,
  memberImport,
  sendTestPage,
  setRota,
  type ReplyOf,
} from '@definitivedx/contracts';
import { z } from 'zod';
import { NotAsExpected } from './failure.js';
import { acceptTexts, signInAs, type Person } from './person.js';
import { codeOf, describe, readAnswer, Session, whileAvailableSoon } from './session.js';
import type { Step } from './step.js';
import { receiveWebhook } from './webhooks.js';

/** The trust that comes in. Its people are known to its own issuer, and to nobody else. */
const trust = { odsCode: 'DEMONEW', legalName: 'Demo New Hospital Trust' };
const specialistSubject = 'demo-new-trust-specialist';

const applied = z.object({ reference: z.string(), pollToken: z.string(), status: z.string() });
const progress = z.object({ status: z.string() });
/** Of a SCIM resource, what the story looks at; a deletion answers with nothing. */
const scimUser = z.object({ id: z.string().default(''), active: z.boolean().default(false) });
const contact = { name: 'By role', email: 'contact@demo.invalid' };

/** What the trust's responsible people fill in. */
const application = (trustIssuer: string) => ({
  ...trust,
  kind: 'trust',
  dataRegion: 'eu-west-2',
  agreement: {
    version: '2026-11',
    signatory: { name: 'By role', role: 'Chief executive', email: 'signatory@demo.invalid' },
    controllers: [{ party: trust.legalName, role: 'controller' }],
  },
  contacts: { caldicottGuardian: contact, clinicalSafetyOfficer: contact, dataProtectionOfficer: contact },
  issuer: {
    discoveryUrl: `${trustIssuer}/.well-known/openid-configuration`,
    clientId: 'definitivedx-gateway',
    preset: 'keycloak',
    acrValues: ['AAL2', 'AAL3'],
  },
  administrator: {
    name: 'Demo administrator of a new trust',
    email: 'new-trust-admin@demo.invalid',
    subject: 'demo-new-trust-admin',
  },
});

/**
 * A trust comes in from nothing, through the API alone: it applies, an operator approves, its administrator signs in
 * through its own issuer, brings its people, tries its set-up out. Played again, it finds the trust there.
 */
export async function onboardTrust(
  step: Step,
  { publicUrl, trustIssuer }: { publicUrl: string; trustIssuer: string },
  operator: Person,
): Promise<void> {
  await apply(step, publicUrl, trustIssuer, operator);
  const admin = await signInAs(step, publicUrl, 'new-trust-admin', trust.odsCode);
  await acceptTexts(step, admin);
  const run = await beginRun(step, admin);
  await bringMembers(step, admin);
  const specialist = await signInAs(step, publicUrl, 'new-trust-specialist', trust.odsCode);
  await acceptTexts(step, specialist);
  await provision(step, admin, publicUrl, run.scimUserName);
  await page(step, admin, specialist);
  await receiveWebhook(step, admin, () => readReport(step, admin, run.runId));
}

const runs = '/api/v1/organisation/conformance-runs';

/** From here on, what the trust's own set-up does is put into a dated report. */
const beginRun = (step: Step, admin: Person): Promise<ReplyOf<typeof beginConformanceRun>> =>
  step('Beginning a conformance run', async () => {
    const { reply: known } = await admin.session.must(listConformanceRuns.reply, 'GET', runs);
    // One that broke off in the middle goes on.
    const open = known.runs.find(({ state }) => state === 'running');
    const { reply, traceId } = open
      ? await admin.session.must(beginConformanceRun.reply, 'GET', `${runs}/${open.runId}`)
      : await admin.session.must(beginConformanceRun.reply, 'POST', runs);
    const says = `${admin.name} began a conformance run: ${reply.checks.map(({ check }) => check).join(', ')} have to show that they work.`;
    return { says, traceId, value: reply };
  });

const readReport = (step: Step, admin: Person, runId: string): Promise<void> =>
  step('Reading its report', async () => {
    const look = () => admin.session.must(getConformanceRun.reply, 'GET', `${runs}/${runId}`);
    let { reply, traceId } = await look();
    // The endpoint has a delivery a moment before it is on record as delivered.
    for (let time = 0; reply.state !== 'passed' && time < 50; time += 1) {
      await sleep(100);
      ({ reply, traceId } = await look());
    }
    const open = reply.checks
      .filter(({ state }) => state !== 'passed')
      .map(({ check, next }) => `${check}: ${next}`);
    if (reply.state !== 'passed')
      throw new NotAsExpected('every check to have passed', open.join(' '), traceId);
    const says = `The report of ${reply.reportedAt} says that each of them passed, by what the system itself has seen.`;
    return { says, traceId, value: undefined };
  });

async function apply(step: Step, publicUrl: string, trustIssuer: string, operator: Person): Promise<void> {
  await step('A trust applies', async () => {
    // Its people have no account yet: this is a browser without a session.
    const session = new Session(publicUrl);
    const answer = await session.call('POST', '/api/v1/applications', application(trustIssuer));
    if (codeOf(answer) === 'conflict') {
      const says = `${trust.legalName} is in already, and applying for it again is refused.`;
      return { says, traceId: answer.traceId, value: undefined };
    }
    const sent = applied.safeParse(answer.body);
    if (!sent.success)
      throw new NotAsExpected('an application to be taken', describe(answer), answer.traceId);
    const { reference, pollToken } = sent.data;
    const path = `/api/v1/applications/${reference}`;
    const poll = async (): Promise<string> =>
      (await session.must(progress, 'GET', path, undefined, { 'application-token': pollToken })).reply.status;
    if ((await poll()) !== 'pending') throw new NotAsExpected('it to wait for an operator', 'something else');
    const { traceId } = await operator.session.must(approveApplication.reply, 'POST', `${path}/approval`);
    if ((await poll()) !== 'approved')
      throw new NotAsExpected('its applicant to read of it', 'something else');
    const says = `${trust.legalName} applied as ${reference}, with its own sign-in, and ${operator.name} approved it.`;
    return { says, traceId, value: undefined };
  });
}

async function bringMembers(step: Step, admin: Person): Promise<void> {
  const path = '/api/v1/organisation/members/imports';
  const line = `${specialistSubject},Demo specialist of a new trust,new-trust-specialist@demo.invalid,specialist`;
  const importing = async (lines: readonly string[]) => {
    const file = ['subject,name,email,roles', ...lines].join('\r\n');
    const { reply: begun, traceId } = await admin.session.must(memberImport, 'POST', path, file);
    let reply = begun;
    while (reply.endedAt === null) {
      await sleep(50);
      ({ reply } = await admin.session.must(memberImport, 'GET', `${path}/${reply.importId}`));
    }
    return { ...reply, traceId };
  };
  await step('Bringing members from a file', async () => {
    const wrong = await importing([line, 'someone,=cmd(),no address,specialist']);
    if (wrong.state !== 'refused' || wrong.errors[0]?.line !== 3) {
      throw new NotAsExpected('the bad line 3 to be named and nothing written', wrong.state);
    }
    const right = await importing([line]);
    if (right.state !== 'done') throw new NotAsExpected('the file to be taken', right.state);
    const says = `${admin.name} imported members from a file: with a bad line it was refused whole, that line named; without it, ${String(right.added)} added, ${String(right.changed + right.unchanged)} there already.`;
    return { says, traceId: right.traceId, value: undefined };
  });
}

async function provision(step: Step, admin: Person, publicUrl: string, namedByRun: string): Promise<void> {
  await step('Provisioning by SCIM', async () => {
    const clients = '/api/v1/organisation/clients';
    const { reply: client } = await admin.session.must(apiClient, 'POST', clients, {
      name: 'Demo provisioning',
      scopes: ['scim'],
      jwksUri: `${publicUrl}/.well-known/jwks.json`,
    });
    const tokenPath = `${clients}/${client.clientId}/scim-token`;
    const { reply: secret } = await admin.session.must(createScimToken.reply, 'POST', tokenPath, { days: 1 });
    const scim = async (method: string, rest: string, body?: unknown) => {
      const answer = await whileAvailableSoon(async () =>
        readAnswer(
          await fetch(new URL(`/scim/v2/Users${rest}`, publicUrl), {
            method,
            headers: { authorization: `Bearer ${secret.token}`, 'content-type': 'application/scim+json' },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          }),
        ),
      );
      if (answer.status > 299) {
        throw new NotAsExpected(`${method} ${rest} to succeed`, describe(answer), answer.traceId);
      }
      return { ...scimUser.parse(answer.body === '' ? {} : answer.body), traceId: answer.traceId };
    };
    const userName = `${namedByRun}@demo.invalid`;
    const user = await scim('POST', '', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName,
      externalId: userName,
      displayName: 'Demo starter',
      emails: [{ value: userName, type: 'work', primary: true }],
      active: true,
    });
    // As Entra ID writes it.
    const gone = await scim('PATCH', `/${user.id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    });
    if (gone.active) throw new NotAsExpected('the leaver to be inactive', 'still active');
    await admin.session.call('DELETE', `${clients}/${client.clientId}`);
    const says =
      'A directory service of the trust created a member over SCIM and deactivated them; its token was ended.';
    return { says, traceId: gone.traceId, value: undefined };
  });
}

async function page(step: Step, admin: Person, specialist: Person): Promise<void> {
  const panels = '/api/v1/organisation/panels';
  const panelId = await step('Setting up a panel', async () => {
    const { reply } = await admin.session.must(listOwnPanels.reply, 'GET', panels);
    const name = 'Paediatric allergy';
    const known = reply.panels.find((panel) => panel.name === name && panel.status === 'active');
    const made: Pick<ReplyOf<typeof createPanel>, 'panelId'> = known ??
    (
      await admin.session.must(createPanel.reply, 'POST', panels, {
        name,
        specialty: 'Paediatric allergy',
        phone: '01632 960002',
        leadMemberId: specialist.memberId,
        memberIds: [specialist.memberId],
        openTo: 'all-organisations',
      })
    ).reply;
    const shifts = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      weekday,
      start: '00:00',
      end: '24:00',
      memberId: specialist.memberId,
    }));
    const rota = { timeZone: 'Europe/London', shifts };
    const { traceId } = await admin.session.must(
      setRota.reply,
      'PUT',
      `${panels}/${made.panelId}/rota`,
      rota,
    );
    return { says: `${admin.name} set up the panel ${name} and its rota.`, traceId, value: made.panelId };
  });
  await step('Trying out the on-call', async () => {
    const { reply } = await admin.session.must(sendTestPage.reply, 'POST', `${panels}/${panelId}/test-pages`);
    const acknowledging = `/api/v1/test-pages/${reply.pageId}/acknowledgement`;
    const { traceId } = await specialist.session.must(acknowledgeTestPage.reply, 'POST', acknowledging);
    return {
      says: `A test page reached ${specialist.name}, who acknowledged it.`,
      traceId,
      value: undefined,
    };
  });
}
