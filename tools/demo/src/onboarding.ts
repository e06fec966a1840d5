import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  acknowledgeTestPage,
  apiClient,
  approveApplication,
  createPanel,
  createScimToken,
  createWebhook,
  deleteWebhook,
  listOwnPanels,
  memberImport,
  pingWebhook,
  sendTestPage,
  setRota,
  type ReplyOf,
} from '@definitivedx/contracts';
import { z } from 'zod';
import { NotAsExpected } from './failure.js';
import { acceptTexts, signInAs, type Person } from './person.js';
import { codeOf, describe, readAnswer, Session, whileAvailableSoon } from './session.js';
import type { Step } from './step.js';

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
  await bringMembers(step, admin);
  const specialist = await signInAs(step, publicUrl, 'new-trust-specialist', trust.odsCode);
  await acceptTexts(step, specialist);
  await provision(step, admin, publicUrl);
  await page(step, admin, specialist);
  await receiveWebhook(step, admin);
}

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

async function provision(step: Step, admin: Person, publicUrl: string): Promise<void> {
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
    const userName = `starter-${randomUUID().slice(0, 8)}@demo.invalid`;
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
    await scim('DELETE', `/${user.id}`);
    await admin.session.call('DELETE', `${clients}/${client.clientId}`);
    const says =
      'A directory service of the trust created a member over SCIM, deactivated and removed them; its token was ended.';
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

/** Receives a ping on this machine and checks its signature as the Standard Webhooks specification says. */
async function receiveWebhook(step: Step, admin: Person): Promise<void> {
  await step('Receiving a webhook', async () => {
    const received = Promise.withResolvers<{ headers: Record<string, unknown>; body: string }>();
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        response.writeHead(204).end();
        received.resolve({ headers: request.headers, body });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`;
    const hooks = '/api/v1/organisation/webhooks';
    const { reply: hook } = await admin.session.must(createWebhook.reply, 'POST', hooks, {
      url,
      eventTypes: ['case.shared'],
    });
    try {
      const { traceId } = await admin.session.must(
        pingWebhook.reply,
        'POST',
        `${hooks}/${hook.webhookId}/ping`,
      );
      const late = sleep(15_000, undefined, { ref: false }).then(() => {
        throw new NotAsExpected('a delivery within 15 s', 'none', traceId);
      });
      const { headers, body } = await Promise.race([received.promise, late]);
      const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
      const key = Buffer.from(hook.secret.replace(/^whsec_/, ''), 'base64');
      const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
      if (!String(headers['webhook-signature']).split(' ').includes(signature)) {
        throw new NotAsExpected('the delivery to be signed with the secret', 'another signature', traceId);
      }
      const says = `A webhook of the trust received a ping, signed with its secret.`;
      return { says, traceId, value: undefined };
    } finally {
      await admin.session.must(deleteWebhook.reply, 'DELETE', `${hooks}/${hook.webhookId}`);
      server.closeAllConnections();
      server.close();
    }
  });
}
