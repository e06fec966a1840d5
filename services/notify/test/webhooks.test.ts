import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { ClientCaller, MemberCaller } from '@definitivedx/auth';
import { CallerSigner } from '@definitivedx/auth';
import * as contracts from '@definitivedx/contracts';
import type { ReplyOf, RequestContract } from '@definitivedx/contracts';
import type { EgressSettings } from '@definitivedx/egress';
import { AppError } from '@definitivedx/errors';
import { until } from '@definitivedx/testing';
import { Ward, type Person } from './ward.js';
import { isSignedWith, Receiver } from './webhook-receiver.js';

const hour = 3_600_000;
const day = 24 * hour;
/** Trusts this machine; the address test takes it back. */
const egress: { -readonly [K in keyof EgressSettings]: EgressSettings[K] } = {
  ports: [443],
  trustedHosts: 'any',
};

let ward: Ward;
let receiver: Receiver;
let practice: MemberCaller;
let trust: MemberCaller;

beforeAll(async () => {
  receiver = await Receiver.start();
  ward = await Ward.open('in-process', { egress, webhookTimeoutMs: 3_000 });
  practice = await administrator(ward.gp);
  trust = await administrator(ward.onCall);
});
afterAll(async () => {
  await ward.stop();
  receiver.stop();
});

const administrator = ({ caller }: Person): Promise<MemberCaller> =>
  ward.world.member({ organisationId: caller.organisationId, roles: ['organisation-admin'] });

const ask = <C extends RequestContract>(
  contract: C,
  input: Record<string, unknown> = {},
  caller: MemberCaller | ClientCaller = practice,
): Promise<ReplyOf<C>> => ward.world.request(contract, caller, input as never);

type Created = ReplyOf<typeof contracts.createWebhook>;
type EventTypes = (typeof contracts.webhookEventTypes)[number][];

async function webhook(
  path: string,
  caller: MemberCaller | ClientCaller = practice,
  eventTypes: EventTypes = [...contracts.webhookEventTypes],
): Promise<Created & { path: string }> {
  // An address of its own for each, so that what arrives can be told apart.
  const own = `${path}/${uuidv7()}`;
  return {
    ...(await ask(contracts.createWebhook, { url: receiver.at(own), eventTypes }, caller)),
    path: own,
  };
}

async function deliveries(webhookId: string, caller = practice) {
  return (await ask(contracts.listWebhookDeliveries, { webhookId }, caller)).deliveries;
}

const arrived = (path: string, count: number): Promise<unknown> =>
  until(() => receiver.of(path).length >= count, `${String(count)} deliveries at ${path}`);

/** Waits until the only delivery of an endpoint has had so many attempts. */
async function attempted(webhookId: string, attempts: number, caller = practice) {
  return until(
    async () => {
      const [last] = await deliveries(webhookId, caller);
      return last && last.attempts.length >= attempts ? last : undefined;
    },
    `attempt ${String(attempts)}`,
  );
}

const ping = (webhookId: string): Promise<ReplyOf<typeof contracts.pingWebhook>> =>
  ask(contracts.pingWebhook, { webhookId });

const bodyOf = (hook: { body: string } | undefined): unknown => JSON.parse(hook?.body ?? 'null');

describe('an endpoint', () => {
  it('is told of cases of the practice and of the panel’s trust, in ids, codes and times, signed', async () => {
    const asked = await webhook('/practice');
    const answering = await webhook('/trust', trust);
    const elsewhere = await webhook('/elsewhere', await ward.world.member({ roles: ['organisation-admin'] }));
    const shared = await ward.shareCase();
    const advice = await ward.post(shared, ward.onCall, 'advice');
    await ward.handled(advice);
    for (const { path, secret } of [asked, answering]) {
      await arrived(path, 2);
      // Each kind of event has a consumer of its own, so they may come in any order.
      const [second, first] = receiver.of(path).sort((a, b) => a.body.localeCompare(b.body));
      expect(bodyOf(first)).toEqual({
        type: 'case.shared',
        timestamp: shared.event.at,
        data: { caseId: shared.caseId, created: true, priority: 'routine' },
      });
      expect(bodyOf(second)).toMatchObject({ type: 'case.advice_given', data: { caseId: shared.caseId } });
      expect(isSignedWith(secret, first!)).toBe(true);
      expect(isSignedWith(secret, { ...first!, body: first!.body.replace('routine', 'urgent') })).toBe(false);
      expect(isSignedWith(asked.secret, first!) && isSignedWith(answering.secret, first!)).toBe(false);
      // No person, not even by id, and nothing that they wrote.
      for (const { memberId, email } of [ward.gp, ward.onCall]) {
        expect(`${first!.body}${second!.body}`).not.toContain(memberId);
        expect(`${first!.body}${second!.body}`).not.toContain(email);
      }
    }
    expect(receiver.of(elsewhere.path)).toEqual([]);
  });

  it('is told once, however often the event comes, and only of what it asked for', async () => {
    const all = await webhook('/all');
    const some = await webhook('/some', practice, ['case.advice_given']);
    const { caseId, event } = await ward.openCase();
    const messageId = uuidv7();
    for (let time = 0; time < 3; time += 1)
      await ward.world.publish(contracts.caseShared, caseId, event, messageId);
    const last = await ward.post({ caseId, event, grant: event.grants[0]! }, ward.gp, 'information');
    await ward.handled(last);
    await arrived(all.path, 2);
    expect(
      receiver
        .of(all.path)
        .map((hook) => (bodyOf(hook) as { type: string }).type)
        .sort(),
    ).toEqual(['case.posted', 'case.shared']);
    expect(receiver.of(some.path)).toEqual([]);
  });

  it('hears that access ended, and then no more', async () => {
    const answering = await webhook('/revoked', trust);
    const shared = await ward.shareCase();
    await arrived(answering.path, 1);
    await ward.revoke(shared);
    await ward.handled(await ward.post(shared, ward.gp, 'information'));
    await arrived(answering.path, 2);
    expect(receiver.of(answering.path).map(bodyOf)).toMatchObject([
      { type: 'case.shared' },
      { type: 'case.access_ended', data: { caseId: shared.caseId } },
    ]);
  });

  it('belongs to its organisation, and its secret is in no other reply', async () => {
    const { webhookId, secret } = await webhook('/mine');
    const lists = JSON.stringify([
      await ask(contracts.listWebhooks),
      await deliveries(webhookId),
      await ask(contracts.changeWebhook, { webhookId, description: 'Ours' }),
    ]);
    expect(lists).toContain(webhookId);
    expect(lists).not.toContain(secret.slice(6));
    for (const contract of [
      contracts.changeWebhook,
      contracts.deleteWebhook,
      contracts.rotateWebhookSecret,
      contracts.pingWebhook,
      contracts.listWebhookDeliveries,
    ]) {
      await expect(ask(contract, { webhookId }, trust)).rejects.toMatchObject({ code: 'not-found' });
    }
    expect((await ask(contracts.listWebhooks, {}, trust)).webhooks.map((one) => one.webhookId)).not.toContain(
      webhookId,
    );
  });

  it('is administered by administrators and by programs with the scope, and by nobody else', async () => {
    const { organisationId } = practice;
    const signer = new CallerSigner('gateway', ward.world.config('gateway').callerKey);
    const program = (scope: contracts.Scope) =>
      signer.client({ clientId: uuidv7(), organisationId, scopes: [scope] });
    await webhook('/program', await program('webhooks'));
    for (const caller of [await program('audit'), ward.gp.caller]) {
      await expect(webhook('/refused', caller)).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});

describe('an endpoint that fails', () => {
  it('is tried again by the schedule, with the same id and body, until it answers', async () => {
    const { webhookId, path } = await webhook('/fails');
    receiver.answer(path, 500);
    const { deliveryId } = await ping(webhookId);
    const first = await attempted(webhookId, 1);
    expect(first).toMatchObject({
      state: 'pending',
      attempts: [{ outcome: 'failed', status: 500, code: null }],
    });
    for (const [attempt, waitMs] of [5_000, 5 * 60_000, 30 * 60_000].entries()) {
      const { nextAttemptAt } = await attempted(webhookId, attempt + 1);
      const ms = new Date(nextAttemptAt ?? 0).getTime() - ward.world.clock.now().getTime();
      expect(ms).toBeGreaterThanOrEqual(waitMs);
      expect(ms).toBeLessThanOrEqual(waitMs * 1.1);
      if (attempt === 2) receiver.answer(path, 200);
      ward.advance(ms);
    }
    await attempted(webhookId, 4);
    expect(await deliveries(webhookId)).toMatchObject([
      { deliveryId, state: 'delivered', nextAttemptAt: null },
    ]);
    const hooks = receiver.of(path);
    expect(new Set(hooks.map(({ headers, body }) => `${headers['webhook-id'] ?? ''} ${body}`)).size).toBe(1);
    expect(new Set(hooks.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    expect(hooks[0]?.headers['webhook-id']).toBe(deliveryId);
  });

  it('is given up on after ten attempts, and can be replayed: one, or all that failed', async () => {
    const { webhookId, path } = await webhook('/never');
    receiver.answer(path, 503);
    await ping(webhookId);
    for (let attempt = 1; attempt < 10; attempt += 1) {
      await attempted(webhookId, attempt);
      ward.advance(27 * hour);
      // Kept under the days after which it is turned off.
      if (attempt === 3) await ward.sql('update webhook set failing_since = null where id = $1', [webhookId]);
      if (attempt === 6) await ward.sql('update webhook set failing_since = null where id = $1', [webhookId]);
    }
    const failed = await attempted(webhookId, 10);
    expect(failed).toMatchObject({ state: 'failed', nextAttemptAt: null });

    receiver.answer(path, 204);
    const since = new Date(ward.world.clock.now().getTime() - 30 * day).toISOString();
    expect(await ask(contracts.replayFailedDeliveries, { webhookId, since })).toEqual({ replayed: 1 });
    ward.advance(6 * 60_000);
    expect(await attempted(webhookId, 11)).toMatchObject({ state: 'delivered' });
    expect(await ask(contracts.replayFailedDeliveries, { webhookId, since })).toEqual({ replayed: 0 });
    await ask(contracts.replayWebhookDelivery, { webhookId, deliveryId: failed.deliveryId });
    expect(await attempted(webhookId, 12)).toMatchObject({ state: 'delivered' });
    expect(new Set(receiver.of(path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('is left alone for as long as it asks', async () => {
    const { webhookId, path } = await webhook('/busy');
    receiver.answer(path, (response) => response.writeHead(429, { 'retry-after': '7200' }).end());
    await ping(webhookId);
    const { nextAttemptAt } = await attempted(webhookId, 1);
    expect(new Date(nextAttemptAt ?? 0).getTime() - ward.world.clock.now().getTime()).toBe(2 * hour);
  });

  it('is turned off by 410, says why, and begins anew when it is turned on', async () => {
    const { webhookId, path } = await webhook('/gone');
    receiver.answer(path, 410);
    await ping(webhookId);
    const off = await until(async () => {
      const { webhooks } = await ask(contracts.listWebhooks);
      return webhooks.find((one) => one.webhookId === webhookId && one.status === 'disabled');
    }, 'it turned off');
    expect(off.disabledReason).toBe('gone');
    await expect(ping(webhookId)).rejects.toMatchObject({ code: 'conflict' });
    receiver.answer(path, 200);
    await ask(contracts.changeWebhook, { webhookId, status: 'active' });
    await ping(webhookId);
    expect(await attempted(webhookId, 1)).toMatchObject({ state: 'delivered' });
  });

  it('is turned off after five days of nothing but failures', async () => {
    const { webhookId, path } = await webhook('/days');
    receiver.answer(path, 500);
    await ping(webhookId);
    await attempted(webhookId, 1);
    ward.advance(5 * day);
    const off = await until(async () => {
      const { webhooks } = await ask(contracts.listWebhooks);
      return webhooks.find((one) => one.webhookId === webhookId && one.status === 'disabled');
    }, 'it turned off');
    expect(off).toMatchObject({ disabledReason: 'failing' });
    expect((await deliveries(webhookId)).map(({ state }) => state)).toEqual(['failed']);
  });

  it('delays no other one, however slow it is', async () => {
    const slow = await Promise.all([1, 2, 3].map(() => webhook('/slow')));
    for (const { path } of slow) receiver.answer(path, () => undefined);
    for (const { webhookId } of slow) for (let n = 0; n < 5; n += 1) await ping(webhookId);
    await Promise.all(slow.map(({ path }) => arrived(path, 1)));
    const quick = await webhook('/quick');
    const begun = performance.now();
    await ping(quick.webhookId);
    await arrived(quick.path, 1);
    expect(performance.now() - begun).toBeLessThan(2_500);
    // And the slow ones were tried once each, not once per delivery that waits.
    await Promise.all(
      slow.map(async ({ webhookId, path }) => {
        const log = await until(async () => {
          const all = await deliveries(webhookId);
          return all.some(({ attempts }) => attempts.length > 0) ? all : undefined;
        }, 'an attempt');
        expect(log.flatMap(({ attempts }) => attempts)).toMatchObject([
          { outcome: 'failed', code: 'timeout' },
        ]);
        expect(receiver.of(path)).toHaveLength(1);
      }),
    );
  });
});

describe('the secret', () => {
  it('is rotated with a day in which both sign', async () => {
    // The library goes by the machine's own clock, which the tests above have left behind.
    ward.world.clock.set(new Date());
    const { webhookId, secret, path } = await webhook('/rotated');
    const next = await ask(contracts.rotateWebhookSecret, { webhookId });
    expect(next.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await ping(webhookId);
    await arrived(path, 1);
    const [hook] = receiver.of(path);
    expect([isSignedWith(secret, hook!), isSignedWith(next.secret, hook!)]).toEqual([true, true]);
    ward.advance(day + 1_000);
    await ping(webhookId);
    await arrived(path, 2);
    const [, later] = receiver.of(path);
    expect(later?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
  });
});

describe('an address that leads inside', () => {
  it('is refused when it is given, and at each delivery when it leads inside only then', async () => {
    const inside = await webhook('/inside');
    const named = await ask(contracts.createWebhook, {
      url: `https://localhost:${String(receiver.port)}/named`,
      eventTypes: ['case.shared'],
    });
    egress.trustedHosts = [];
    egress.ports = [443, receiver.port];
    try {
      const before = receiver.connections;
      for (const url of [
        receiver.at('/'),
        `https://127.0.0.1:${String(receiver.port)}/`,
        `https://[::ffff:127.0.0.1]:${String(receiver.port)}/`,
        'https://169.254.169.254/latest/meta-data/',
        'https://10.0.0.1/',
        'https://user:word@example.org/',
        'https://example.org:22/',
        'not an address',
      ]) {
        const refused = await ask(contracts.createWebhook, { url, eventTypes: ['case.shared'] }).catch(
          (error: unknown) => error,
        );
        expect(refused).toBeInstanceOf(AppError);
        expect(refused).toMatchObject({ code: 'invalid-input', issues: [{ path: 'url' }] });
      }
      for (const { webhookId } of [inside, named]) {
        await ping(webhookId);
        expect(await attempted(webhookId, 1)).toMatchObject({
          state: 'pending',
          attempts: [{ outcome: 'refused', status: null, code: 'address-refused' }],
        });
      }
      expect(receiver.connections).toBe(before);
    } finally {
      egress.trustedHosts = 'any';
    }
  });

  it('is not gone to by a redirect', async () => {
    const { webhookId, path } = await webhook('/moved');
    receiver.answer(path, (response) =>
      response.writeHead(307, { location: receiver.at('/elsewhere') }).end(),
    );
    await ping(webhookId);
    expect(await attempted(webhookId, 1)).toMatchObject({ attempts: [{ outcome: 'failed', status: 307 }] });
    expect(receiver.of('/elsewhere')).toEqual([]);
  });
});

it('who administered an endpoint is on the audit', async () => {
  const { webhookId } = await webhook('/audited');
  await ask(contracts.rotateWebhookSecret, { webhookId });
  await ask(contracts.deleteWebhook, { webhookId });
  const access = await ward.world.database('access');
  const text = `select act from audit where subject_id = $1 and actor_kind = 'member' and organisation_id = $2 order by id`;
  const acts = await until(async () => {
    const rows = await access.run<{ act: string }>({ name: '', text }, [webhookId, practice.organisationId]);
    return rows.length === 3 ? rows.map(({ act }) => act) : undefined;
  }, 'three acts');
  expect(acts).toEqual(['webhook.create', 'webhook.rotate', 'webhook.delete']);
  await expect(deliveries(webhookId)).rejects.toMatchObject({ code: 'not-found' });
});
