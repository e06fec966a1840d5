import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { emit, ServiceContext, type RunningService } from '@definitivedx/bus';
import {
  caseShared,
  deadLetteredBy,
  getCase,
  listDeadLetters,
  replayDeadLetter,
  streamOf,
  whoIsOnCall,
  type DataOf,
} from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';
import { statement, type Database } from '@definitivedx/db';
import { jetstreamManager } from '@nats-io/jetstream';
import { startWorld, until, type World } from '@definitivedx/testing';
import { act, databaseOptions, effectsOf, recorderModule, type Behaviour } from './recorder.js';

let world: World;
let publisher: RunningService;
let db: Database;

const behaviour: Behaviour = { onEvent: async () => undefined, onRequest: async () => ({}) };
const silent: Behaviour = { onEvent: async () => undefined, onRequest: async () => ({}) };

const shared = (caseId: string): DataOf<typeof caseShared> => ({
  caseId,
  requesterId: uuidv7(),
  organisationId: uuidv7(),
  created: true,
  priority: 'routine',
  responsibleId: uuidv7(),
  grants: [],
  at: new Date().toISOString(),
});

const unpublished = statement<{ count: number }>(
  'test-unpublished',
  'select count(*)::int as count from outbox where published_at is null',
);

beforeAll(async () => {
  world = await startWorld();
  await world.service('notify', recorderModule('notify', behaviour), databaseOptions);
  publisher = await world.service('cases', recorderModule('cases', silent), databaseOptions);
  db = await world.database('notify');
});
afterAll(async () => {
  await world.stop();
});
beforeEach(() => {
  behaviour.onEvent = async () => undefined;
  behaviour.onRequest = async () => ({});
});

const share = (caseId: string, commandId = uuidv7()): Promise<string> =>
  act(publisher.app.get(ServiceContext), caseShared, caseId, shared(caseId), commandId);

describe('an event', () => {
  it('that was committed reaches its consumer once', async () => {
    const caseId = uuidv7();
    await share(caseId);
    await until(async () => (await effectsOf(db, caseId)) === 1);
  });

  it('delivered three times, also beyond the duplicate window of the server, has one effect', async () => {
    const caseId = uuidv7();
    const messageId = uuidv7();
    // Without NATS's own id the server takes each for new, as it does once its window has passed.
    for (let i = 0; i < 3; i += 1) await world.publish(caseShared, caseId, shared(caseId), messageId);
    const marker = uuidv7();
    await world.publish(caseShared, marker, shared(marker));
    await until(async () => (await effectsOf(db, marker)) === 1);
    expect(await effectsOf(db, caseId)).toBe(1);
  });

  it('whose handler fails for a while has its effect in the end, once', async () => {
    let failures = 2;
    behaviour.onEvent = async () => {
      if (failures-- > 0) throw new Error('not yet');
    };
    const caseId = uuidv7();
    await share(caseId);
    await until(async () => (await effectsOf(db, caseId)) === 1);
    expect(failures).toBe(-1);
  });

  it('that keeps failing is kept as a dead letter with an alert, does not hold up the next, and can be replayed', async () => {
    const poison = uuidv7();
    const alerts: unknown[] = [];
    behaviour.onEvent = async (data, context) => {
      if (context.aggregateId === poison) throw new AppError('conflict', 'cannot be handled');
      if ('deadLetterId' in (data as object)) alerts.push(data);
    };
    const next = uuidv7();
    await share(poison);
    const before = Date.now();
    await share(next);
    await until(async () => (await effectsOf(db, next)) === 1);
    expect(Date.now() - before).toBeLessThan(5_000);

    const operator = await world.as('operator');
    const letter = await until(async () => {
      const { deadLetters } = await world.request(listDeadLetters('notify'), operator, {});
      return deadLetters.find((l) => l.aggregateId === poison);
    });
    expect(letter).toMatchObject({ subject: caseShared.subject, errorCode: 'conflict', replayedAt: null });
    await until(() => alerts.length === 1);
    expect(alerts[0]).toMatchObject({
      service: 'notify',
      subject: caseShared.subject,
      errorCode: 'conflict',
    });
    expect(await effectsOf(db, poison)).toBe(0);

    behaviour.onEvent = async () => undefined;
    const input = { deadLetterId: letter.deadLetterId };
    expect(await world.request(replayDeadLetter('notify'), operator, input)).toEqual({ outcome: 'handled' });
    expect(await world.request(replayDeadLetter('notify'), operator, input)).toEqual({
      outcome: 'already-handled',
    });
    expect(await effectsOf(db, poison)).toBe(1);
  });

  it('waits, without using up its attempts, while another service that its handler needs is away', async () => {
    let away = true;
    let attempts = 0;
    behaviour.onEvent = async () => {
      attempts += 1;
      if (away) throw new AppError('unavailable', 'away');
    };
    const caseId = uuidv7();
    await share(caseId);
    // Far more attempts than a failure of the event's own would get.
    await until(() => attempts > 6);
    away = false;
    await until(async () => (await effectsOf(db, caseId)) === 1);
    const { deadLetters } = await world.request(listDeadLetters('notify'), await world.as('operator'), {});
    expect(deadLetters.map((l) => l.aggregateId)).not.toContain(caseId);
  });
});

describe('the outbox', () => {
  it('skips neither of two transactions that commit in the reverse order of their ids', async () => {
    const service = publisher.app.get(ServiceContext);
    const [first, second] = [uuidv7(), uuidv7()];
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let emitted!: () => void;
    const firstEmitted = new Promise<void>((resolve) => (emitted = resolve));
    const slow = service.db.transaction(async (tx) => {
      emit(tx, caseShared, first, shared(first));
      emitted();
      await held;
    });
    await firstEmitted;
    await share(second);
    await until(async () => (await effectsOf(db, second)) === 1);
    release();
    await slow;
    await until(async () => (await effectsOf(db, first)) === 1);
  });

  it('publishes nothing of a transaction that was rolled back', async () => {
    const service = publisher.app.get(ServiceContext);
    const caseId = uuidv7();
    await expect(
      service.db.transaction(async (tx) => {
        emit(tx, caseShared, caseId, shared(caseId));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const marker = uuidv7();
    await share(marker);
    await until(async () => (await effectsOf(db, marker)) === 1);
    expect(await effectsOf(db, caseId)).toBe(0);
  });

  it('fills a stream again after all of NATS was lost, with the same number of events and no second effect', async () => {
    const cases = Array.from({ length: 25 }, () => uuidv7());
    for (const caseId of cases) await share(caseId);
    for (const caseId of cases) await until(async () => (await effectsOf(db, caseId)) === 1);
    const publisherDb = await world.database('cases');
    await until(async () => (await publisherDb.run(unpublished))[0]?.count === 0);
    const rows = (
      await publisherDb.run(
        statement<{ count: number }>('test-rows', 'select count(*)::int as count from outbox'),
      )
    )[0]!.count;

    await world.loseNats();
    const republished = await until(async () => (await world.provision()).republished[streamOf('cases')]);
    expect(republished).toBe(rows);
    const manager = await jetstreamManager((await world.bus('provisioner')).connection, { checkAPI: false });
    await until(async () => (await manager.streams.info(streamOf('cases'))).state.messages === rows);

    const marker = uuidv7();
    await share(marker);
    await until(async () => (await effectsOf(db, marker)) === 1);
    for (const caseId of cases) expect(await effectsOf(db, caseId)).toBe(1);
  });

  it('delivers after a restart what was committed just before a crash', async () => {
    const caseId = uuidv7();
    // Written as by a process that died between commit and publish: nobody relays for this database meanwhile.
    await publisher.close();
    const orphaned = await world.database('cases');
    await orphaned.transaction(async (tx) => {
      emit(tx, caseShared, caseId, shared(caseId));
    });
    publisher = await world.service('cases', recorderModule('cases', silent), databaseOptions);
    await until(async () => (await effectsOf(db, caseId)) === 1);
  });
});

describe('a command', () => {
  it('repeated with the same id, also at the same time, has one effect and one reply', async () => {
    const commandId = uuidv7();
    const caseId = uuidv7();
    const replies = await Promise.all(Array.from({ length: 8 }, () => share(caseId, commandId)));
    expect(new Set(replies)).toEqual(new Set([caseId]));
    await until(async () => (await effectsOf(db, caseId)) === 1);
    expect(await effectsOf(await world.database('cases'), caseId)).toBe(1);
  });
});

describe('a request', () => {
  const input = { panelIds: [uuidv7()] };
  const reply = { onCall: [{ panelId: input.panelIds[0], memberId: null, until: null }] };

  it('is answered to an allowed caller', async () => {
    behaviour.onRequest = async () => reply;
    await expect(world.request(whoIsOnCall, await world.member(), input)).resolves.toEqual(reply);
  });

  it('is refused before its handler runs: no token, a forged one, a caller not named, no consent, bad input', async () => {
    let calls = 0;
    behaviour.onRequest = async () => {
      calls += 1;
      return reply;
    };
    const member = await world.member();
    const send = (caller: Parameters<World['request']>[1], body: unknown = input) =>
      world.request(whoIsOnCall, caller, body as never).catch((e: unknown) => (e as AppError).code);
    expect(await send({ ...member, token: '' })).toBe('not-signed-in');
    expect(await send({ ...member, token: `${member.token.slice(0, -6)}AAAAAA` })).toBe('not-signed-in');
    expect(await send(await world.as('operator'))).toBe('forbidden');
    expect(await send(await world.member({ consented: false }))).toBe('consent-required');
    expect(await send(member, { panelIds: [] })).toBe('invalid-input');
    expect(await send(member, { ...input, role: 'operator' })).toBe('invalid-input');
    expect(calls).toBe(0);
  });

  it('to a service that is down fails at once as unavailable', async () => {
    await publisher.close();
    const started = Date.now();
    await expect(world.request(getCase, await world.member(), { caseId: uuidv7() })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 2,
    });
    expect(Date.now() - started).toBeLessThan(1_000);
    publisher = await world.service('cases', recorderModule('cases', silent), databaseOptions);
  });
});

describe('an alert about a dead letter', () => {
  it('that cannot be handled raises no further alert', async () => {
    behaviour.onEvent = async (data) => {
      if ('deadLetterId' in (data as object)) throw new Error('no');
    };
    const letterId = uuidv7();
    await world.publish(deadLetteredBy.access, letterId, {
      deadLetterId: letterId,
      service: 'access',
      subject: caseShared.subject,
      errorCode: 'internal',
      at: new Date().toISOString(),
    });
    await until(async () => {
      const { deadLetters } = await world.request(listDeadLetters('notify'), await world.as('operator'), {});
      return deadLetters.some((l) => l.aggregateId === letterId);
    });
    const alerts = statement<{ count: number }>(
      'test-alerts',
      `select count(*)::int as count from outbox where aggregate_id = $1`,
    );
    expect((await db.run(alerts, [letterId]))[0]?.count).toBe(0);
  });
});
