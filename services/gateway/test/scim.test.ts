import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { RunningService } from '@definitivedx/bus';
import { registerMember, registerOrganisation, registerPanel, type Role } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Client, type Answer } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { publishTexts } from './support/people.js';

/* The examples are those of RFC 7644, with the attributes that are kept here. */
let world: World;
let issuer: Issuer;
let gateway: RunningService;
let admin: Client;
let otherAdmin: Client;
let clinician: Client;

interface Resource {
  readonly id: string;
  readonly schemas: string[];
  readonly meta: { resourceType: string; location: string; version: string; created: string };
  readonly [name: string]: unknown;
}
interface List {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: Resource[];
}
interface ScimError {
  readonly schemas: string[];
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
}

const register = async (subject: string, odsCode: string, roles: Role[]): Promise<string> => {
  const { memberId } = await world.request(registerMember, await world.as('operator'), {
    issuer: issuer.url,
    subject,
    name: `Test ${subject}`,
    email: `${subject}@demo.invalid`,
    memberships: [{ odsCode, roles }],
  });
  return memberId;
};
async function signedIn(subject: string): Promise<Client> {
  const client = new Client(gateway.url, await issuer.token(subject));
  await client.consent();
  return client;
}

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  const operator = await world.as('operator');
  for (const odsCode of ['TRUST1', 'TRUST2'])
    await world.request(registerOrganisation, operator, { odsCode, name: `Test ${odsCode}`, kind: 'trust' });
  await publishTexts(world, '1');
  gateway = await startGateway(world, { issuer: issuer.url });
  await register('admin', 'TRUST1', ['organisation-admin']);
  await register('other-admin', 'TRUST2', ['organisation-admin']);
  await register('clinician', 'TRUST1', ['clinician']);
  admin = await signedIn('admin');
  otherAdmin = await signedIn('other-admin');
  clinician = await signedIn('clinician');
}, 60_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const scim = { 'content-type': 'application/scim+json' };
const ask = <T = Resource>(method: string, path: string, body?: unknown, headers = {}, client = admin) =>
  client.ask<T>(method, `/scim/v2${path}`, body, { ...(body === undefined ? {} : scim), ...headers });
const find = (filter: string, rest = '', kind = 'Users'): Promise<Answer<List>> =>
  ask<List>('GET', `/${kind}?filter=${encodeURIComponent(filter)}${rest}`);
const patch = <T = Resource>(id: string, ...Operations: unknown[]): Promise<Answer<T>> =>
  ask<T>('PATCH', `/Users/${id}`, { schemas: [patchSchema], Operations });

const aUser = (rest: object = {}) => {
  const unique = randomUUID();
  return {
    schemas: [userSchema],
    userName: `bjensen.${unique}@example.com`,
    externalId: unique,
    name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
    ...rest,
  };
};
async function created(rest: object = {}): Promise<Resource> {
  const { status, body } = await ask('POST', '/Users', aUser(rest));
  expect(status).toBe(201);
  return body;
}
const refused = (answer: Answer, status: number, scimType?: string): void => {
  const error = answer.body as ScimError;
  expect(answer.headers.get('content-type')).toContain('application/scim+json');
  expect([answer.status, error.status, error.scimType]).toEqual([status, String(status), scimType]);
  expect(error.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
  expect(error.detail).toMatch(/\.$/);
};

describe('discovery', () => {
  it('says what there is', async () => {
    const { body: config } = await ask<Record<string, { supported: boolean }>>(
      'GET',
      '/ServiceProviderConfig',
    );
    expect(
      Object.entries(config).flatMap(([name, value]) =>
        value.supported === undefined ? [] : [[name, value.supported]],
      ),
    ).toEqual([
      ['patch', true],
      ['bulk', false],
      ['filter', true],
      ['changePassword', false],
      ['sort', false],
      ['etag', true],
    ]);
    const { body: types } = await ask<List>('GET', '/ResourceTypes');
    expect(types.Resources.map((type) => type['endpoint'])).toEqual(['/Users', '/Groups']);
    const { body: schemas } = await ask<List>('GET', '/Schemas');
    for (const { id } of schemas.Resources) expect((await ask('GET', `/Schemas/${id}`)).body.id).toBe(id);
    refused(await ask('GET', '/Schemas/nothing'), 404);
    refused(await ask('GET', '/ResourceTypes/constructor'), 404);
  });
});

describe('a user', () => {
  it('is created, found and read (RFC 7644, 3.3 and 3.4.1)', async () => {
    const asked = aUser();
    const { status, body, headers } = await ask('POST', '/Users', asked);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toContain('application/scim+json');
    expect(headers.get('location')).toBe(body.meta.location);
    expect(headers.get('etag')).toBe(body.meta.version);
    expect(body).toMatchObject({
      schemas: [userSchema],
      userName: asked.userName,
      externalId: asked.externalId,
      name: asked.name,
      active: true,
      emails: [{ value: asked.userName, type: 'work', primary: true }],
      roles: [{ value: 'clinician' }],
      meta: { resourceType: 'User' },
    });
    const path = new URL(body.meta.location).pathname.slice('/scim/v2'.length);
    expect((await ask('GET', path)).body).toEqual(body);
    const unchanged = await ask('GET', path, undefined, { 'if-none-match': body.meta.version });
    expect(unchanged.status).toBe(304);
    for (const filter of [
      `userName eq "${asked.userName.toUpperCase()}"`,
      `externalId eq "${asked.externalId}"`,
      `id eq "${body.id}"`,
      `emails[type eq "work" and value eq "${asked.userName}"]`,
      `userName sw "bjensen" and externalId eq "${asked.externalId}" and active eq true`,
      `emails co "${asked.externalId}" and roles.value eq "clinician" and name.familyName eq "jensen"`,
      `externalId eq "${asked.externalId}" and not (active eq false) and meta.created ge "2011-05-13T04:42:34Z"`,
      `externalId eq "${asked.externalId}" and (userName ew ".com" or userName pr) and userName ne "x"`,
    ]) {
      const { body: found } = await find(filter);
      expect([filter, found.totalResults, found.Resources[0]?.id]).toEqual([filter, 1, body.id]);
    }
    for (const filter of [
      `externalId eq "${asked.externalId}" and active eq "False"`,
      `externalId eq "${asked.externalId}' or '1'='1"`,
      `id eq "not-an-id"`,
    ])
      expect((await find(filter)).body).toMatchObject({ totalResults: 0, Resources: [] });
    const searched = await ask<List>('POST', '/Users/.search', {
      filter: `userName eq "${asked.userName}"`,
      count: 5,
    });
    expect(searched.body.totalResults).toBe(1);
  });

  it('signs in as the subject that its externalId is', async () => {
    const { externalId, id } = await created({ roles: [{ value: 'specialist' }] });
    const client = await signedIn(String(externalId));
    const { body } = await client.ask<{ memberId: string; roles: string[] }>('GET', '/api/v1/me');
    expect(body).toMatchObject({ memberId: id, roles: ['specialist'] });
  });

  it('is there once: the same userName or externalId is a conflict', async () => {
    const first = await created();
    const { userName, externalId } = first;
    refused(
      await ask('POST', '/Users', aUser({ userName: String(userName).toUpperCase() })),
      409,
      'uniqueness',
    );
    refused(await ask('POST', '/Users', aUser({ externalId })), 409, 'uniqueness');
    const second = await created();
    refused(await patch(second.id, { op: 'replace', path: 'userName', value: userName }), 409, 'uniqueness');
    refused(
      await patch(second.id, { op: 'replace', path: 'externalId', value: externalId }),
      409,
      'uniqueness',
    );
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => ask('POST', '/Users', aUser({ externalId: `at-once-${first.id}` }))),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('is replaced (3.5.1); what is left out of how they sign in, what they are and their state stays', async () => {
    const user = await created({ roles: [{ value: 'specialist' }] });
    const put = await ask('PUT', `/Users/${user.id}`, {
      schemas: [userSchema],
      id: 'ignored',
      userName: user['userName'],
      displayName: 'Babs',
      emails: [
        { value: 'home@example.com', type: 'home' },
        { value: 'work@example.com', type: 'work' },
      ],
    });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({
      id: user.id,
      displayName: 'Babs',
      externalId: user['externalId'],
      roles: [{ value: 'specialist' }],
      emails: [{ value: 'work@example.com' }],
    });
  });

  it('is changed only from the version that was seen (3.14)', async () => {
    const user = await created();
    const change = {
      schemas: [patchSchema],
      Operations: [{ op: 'replace', path: 'displayName', value: 'Babs' }],
    };
    const match = { 'if-match': user.meta.version };
    const changed = await ask('PATCH', `/Users/${user.id}`, change, match);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(user.meta.version);
    refused(await ask('PATCH', `/Users/${user.id}`, change, match), 412);
    refused(await ask('DELETE', `/Users/${user.id}`, undefined, match), 412);
  });

  it('is disabled within two seconds, and enabled again, as Entra does it', async () => {
    const { id, externalId } = await created();
    const client = await signedIn(String(externalId));
    const disabled = await patch(id, { op: 'Replace', path: 'active', value: 'False' });
    const from = Date.now();
    expect([disabled.status, disabled.body['active']]).toEqual([200, false]);
    await until(async () => (await client.ask('GET', '/api/v1/me')).status === 403, 'the door to close');
    expect(Date.now() - from).toBeLessThan(2_000);
    const found = await find(`externalId eq "${String(externalId)}" and active eq false`);
    expect(found.body.totalResults).toBe(1);
    const enabled = await patch(id, { op: 'Replace', value: { active: 'True' } });
    expect(enabled.body['active']).toBe(true);
    await until(async () => (await client.ask('GET', '/api/v1/me')).status === 200, 'the door to open');
  });

  it('is deleted (3.6): gone for SCIM, and comes back as the same person', async () => {
    const { id, externalId, userName } = await created();
    expect((await ask('DELETE', `/Users/${id}`)).status).toBe(204);
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { Operations: [{ op: 'replace', path: 'active', value: true }] }],
      ['PUT', aUser()],
      ['DELETE', undefined],
    ] as const)
      refused(await ask(method, `/Users/${id}`, body), 404);
    expect((await find(`userName eq "${String(userName)}"`)).body.totalResults).toBe(0);
    const again = await created({ externalId, userName });
    expect(again.id).toBe(id);
  });

  it('that no attribute of ours fits is refused with the word of the RFC', async () => {
    refused(await ask('POST', '/Users', aUser({ userName: undefined })), 400, 'invalidValue');
    refused(await ask('POST', '/Users', aUser({ emails: [{ value: 'nothing' }] })), 400, 'invalidValue');
    refused(await ask('POST', '/Users', aUser({ roles: [{ value: 'operator' }] })), 400, 'invalidValue');
    refused(await ask('POST', '/Users', []), 400, 'invalidSyntax');
    refused(await ask('POST', '/Users', '{'), 400, 'invalidValue');
    refused(await ask('POST', '/Users', { ['__proto__x']: 1, constructor: 1 }), 400, 'invalidValue');
    const { id } = await created();
    refused(await patch(id, { op: 'move', path: 'active', value: true }), 400, 'invalidSyntax');
    refused(await ask('PATCH', `/Users/${id}`, { Operations: [] }), 400, 'invalidSyntax');
    refused(await patch(id, { op: 'remove' }), 400, 'noTarget');
    refused(await patch(id, { op: 'replace', path: 'id', value: 'x' }), 400, 'mutability');
    refused(await find('userName zz "x"'), 400, 'invalidFilter');
    refused(await find('password eq "x"'), 400, 'invalidFilter');
    refused(await ask('GET', '/Users/none'), 404);
    refused(await ask('GET', '/Nothing'), 404);
    refused(await ask('GET', '/constructor'), 404);
    // All operations or none.
    refused(
      await patch(
        id,
        { op: 'replace', path: 'displayName', value: 'Half' },
        { op: 'replace', path: 'active', value: 'x' },
      ),
      400,
      'invalidValue',
    );
    expect((await ask('GET', `/Users/${id}`)).body['displayName']).not.toBe('Half');
  });
});

describe('a list', () => {
  it('has pages (3.4.2.4) and only the attributes asked for (3.9)', async () => {
    const prefix = randomUUID();
    for (let i = 0; i < 5; i += 1) await created({ userName: `${prefix}-${String(i)}@example.com` });
    const filter = `userName sw "${prefix}"`;
    const seen: string[] = [];
    for (let start = 1; start <= 5; start += 2) {
      const { body } = await find(filter, `&startIndex=${String(start)}&count=2`);
      expect([body.totalResults, body.startIndex]).toEqual([5, start]);
      seen.push(...body.Resources.map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(5);
    expect((await find(filter, '&count=0')).body).toMatchObject({ totalResults: 5, Resources: [] });
    expect((await find(filter, '&startIndex=-7&count=1')).body).toMatchObject({
      startIndex: 1,
      itemsPerPage: 1,
    });
    refused(await find(filter, '&count=many'), 400, 'invalidValue');
    const some = await find(filter, '&attributes=userName,emails.value');
    expect(Object.keys(some.body.Resources[0]!).sort()).toEqual(['emails', 'id', 'schemas', 'userName']);
    expect(some.body.Resources[0]!['emails']).toEqual([{ value: expect.any(String) }]);
    const others = await find(filter, '&excludedAttributes=emails,meta');
    expect(Object.keys(others.body.Resources[0]!)).not.toEqual(expect.arrayContaining(['emails']));
  });
});

describe('a group', () => {
  it('is a panel that is prepared, and takes cases once an administrator has completed it', async () => {
    const [one, two] = [await created({ roles: [{ value: 'specialist' }] }), await created()];
    const displayName = `Group ${randomUUID()}`;
    const made = await ask('POST', '/Groups', {
      displayName,
      externalId: 'e-1',
      members: [{ value: one.id }],
    });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.body).toMatchObject({
      displayName,
      externalId: 'e-1',
      members: [{ value: one.id, type: 'User' }],
    });
    refused(await ask('POST', '/Groups', { displayName }), 409, 'uniqueness');
    refused(
      await ask('POST', '/Groups', { displayName: `${displayName}x`, members: [{ value: randomUUID() }] }),
      400,
      'invalidValue',
    );
    const listed = await admin.ask<{ panels: { panelId: string }[] }>('GET', '/api/v1/panels');
    expect(listed.body.panels.map(({ panelId }) => panelId)).not.toContain(id);

    const change = (...Operations: unknown[]) =>
      ask('PATCH', `/Groups/${id}`, { schemas: [patchSchema], Operations });
    const added = await change({ op: 'Add', path: 'members', value: [{ value: two.id }] });
    expect(added.body['members']).toHaveLength(2);
    const completed = await admin.ask<{ status: string }>('PATCH', `/api/v1/organisation/panels/${id}`, {
      leadMemberId: one.id,
      specialty: 'Neurology',
      phone: '01632 960003',
    });
    expect(completed.body.status).toBe('active');
    expect((await ask('GET', `/Users/${one.id}`)).body['groups']).toMatchObject([
      { value: id, display: displayName },
    ]);
    expect(
      (await find(`members eq "${two.id}"`, '', 'Groups')).body.Resources.map((group) => group.id),
    ).toEqual([id]);

    // The lead is taken out: somebody else leads. Everybody is: it waits for others.
    await change({ op: 'Remove', path: `members[value eq "${one.id}"]` });
    const panel = () =>
      admin.ask<{ leadMemberId: string | null; status: string }>('GET', `/api/v1/organisation/panels/${id}`);
    expect((await panel()).body).toMatchObject({ leadMemberId: two.id, status: 'active' });
    await change({ op: 'Remove', path: 'members', value: [{ value: two.id }] });
    expect((await panel()).body).toMatchObject({ leadMemberId: null, status: 'preparing' });
    const without = await ask<List>(
      'GET',
      `/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${displayName}"`)}`,
    );
    expect(without.body.Resources[0]).not.toHaveProperty('members');
    expect((await ask('DELETE', `/Groups/${id}`)).status).toBe(204);
    refused(await ask('GET', `/Groups/${id}`), 404);
  });
});

describe('the door', () => {
  it('is for administrators and for programs, of their own organisation', async () => {
    refused(await new Client(gateway.url, undefined).ask('GET', '/scim/v2/Users'), 401);
    refused(await ask('GET', '/Users', undefined, {}, clinician), 403);
    const user = await created();
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { Operations: [{ op: 'replace', path: 'active', value: false }] }],
      ['PUT', aUser()],
      ['DELETE', undefined],
    ] as const)
      refused(await ask(method, `/Users/${user.id}`, body, {}, otherAdmin), 404);
    expect((await ask<List>('GET', '/Users', undefined, {}, otherAdmin)).body.totalResults).toBe(1);
    expect((await ask('GET', `/Users/${user.id}`)).body['active']).toBe(true);
  });

  it('never touches what another organisation has of the same person', async () => {
    const user = await created();
    const theirs = await ask(
      'POST',
      '/Users',
      aUser({ externalId: user['externalId'], displayName: 'Named otherwise', name: undefined }),
      {},
      otherAdmin,
    );
    expect([theirs.status, theirs.body.id]).toEqual([201, user.id]);
    expect((await ask('GET', `/Users/${user.id}`)).body).toEqual(user);
    refused(
      await ask(
        'PATCH',
        `/Users/${user.id}`,
        { Operations: [{ op: 'replace', path: 'externalId', value: 'mine' }] },
        {},
        otherAdmin,
      ),
      409,
    );
    await ask('DELETE', `/Users/${user.id}`, undefined, {}, otherAdmin);
    expect((await ask('GET', `/Users/${user.id}`)).body['active']).toBe(true);
  });

  it('keeps the last administrator, and no panel without a lead', async () => {
    const me = await find('roles eq "organisation-admin"');
    const [adminUser] = me.body.Resources;
    refused(await patch(adminUser!.id, { op: 'replace', path: 'active', value: false }), 409);
    refused(
      await patch(adminUser!.id, { op: 'replace', path: 'roles', value: [{ value: 'clinician' }] }),
      409,
    );
    const [lead, second] = [await created({ roles: [{ value: 'specialist' }] }), await created()];
    const { panelId } = await world.request(registerPanel, await world.as('operator'), {
      odsCode: 'TRUST1',
      name: `Panel ${randomUUID()}`,
      specialty: 'Paediatrics',
      phone: '01632 960001',
      leadMemberId: lead.id,
      memberIds: [lead.id, second.id],
    });
    expect((await patch(lead.id, { op: 'replace', path: 'active', value: false })).status).toBe(200);
    const { body } = await admin.ask<{ leadMemberId: string }>(
      'GET',
      `/api/v1/organisation/panels/${panelId}`,
    );
    expect(body.leadMemberId).toBe(second.id);
  });
});
