import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectNats } from '@definitivedx/bus';
import {
  durableOf,
  eventContracts,
  nudgeContracts,
  principals,
  requestContracts,
  streamOf,
  type Principal,
} from '@definitivedx/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { startWorld, type World } from '@definitivedx/testing';
import { refusedPublishes, refusedSubscriptions, type Subscription } from './support/permissions.js';

/** What the contracts allow a principal to send. Spelled out here, and not taken from the generator that is tested. */
const maySend = (principal: Principal): string[] => [
  ...requestContracts.filter((c) => c.from.includes(principal)).map((c) => c.subject),
  ...eventContracts.filter((c) => c.publisher === principal).map((c) => c.subject),
  ...nudgeContracts.filter((c) => c.publisher === principal).map((c) => c.subject),
];

const everySubject = [...requestContracts, ...eventContracts, ...nudgeContracts].map((c) => c.subject);
const everyDurable = eventContracts.flatMap((contract) =>
  contract.consumers.map((consumer) => ({
    consumer,
    stream: streamOf(contract.publisher),
    name: durableOf(consumer, contract),
  })),
);
const everyStream = [...new Set(everyDurable.map(({ stream }) => stream))];

/** What a consumer asks of its own durable. */
const consumption = ({ stream, name }: (typeof everyDurable)[number]): string[] => [
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
  `$JS.API.CONSUMER.INFO.${stream}.${name}`,
  `$JS.ACK.${stream}.${name}.1.1.1.1.1`,
];

/** Administration of JetStream: for the provisioner alone. */
const administration = [
  '$JS.API.INFO',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.CREATE.MINE',
  ...everyStream.flatMap((stream) => [
    ...['INFO', 'UPDATE', 'DELETE', 'PURGE', 'SNAPSHOT', 'MSG.GET', 'MSG.DELETE', 'LEADER.STEPDOWN'].map(
      (act) => `$JS.API.STREAM.${act}.${stream}`,
    ),
    `$JS.API.DIRECT.GET.${stream}`,
    ...['CREATE', 'NAMES', 'LIST'].map((act) => `$JS.API.CONSUMER.${act}.${stream}`),
    `$JS.API.CONSUMER.CREATE.${stream}.mine`,
    `$JS.API.CONSUMER.CREATE.${stream}.mine.evt.cases.acted.v1`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.mine`,
  ]),
  ...everyDurable.flatMap(({ stream, name }) => [
    `$JS.API.CONSUMER.DELETE.${stream}.${name}`,
    `$JS.API.CONSUMER.PAUSE.${stream}.${name}`,
  ]),
];

/** Places that belong to nobody's contracts. */
const elsewhere = [
  'anything',
  'rpc.cases',
  'rpc.cases.get.more',
  'evt.cases.case-shared.v2',
  '$SYS.REQ.SERVER.PING',
  '_INBOX.anything',
];
const inboxes = principals.map((principal) => `_INBOX_${principal}.x`);
const wildcards = [
  '>',
  '*',
  'rpc.>',
  'rpc.cases.*',
  'evt.>',
  'nudge.>',
  '$JS.>',
  '$SYS.>',
  '_INBOX.>',
  '*.cases.*',
];

describe('the NATS server refuses a principal everything its contracts do not name (security.md 12)', () => {
  let world: World;
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    world = await startWorld();
  }, 60_000);
  afterAll(async () => {
    for (const connection of connections) await connection.close();
    await world.stop();
  });

  /** With the credential that the service itself uses. */
  async function connectAs(principal: Principal): Promise<NatsConnection> {
    const natsSeed = readFileSync(world.secrets.seedFile(principal), 'utf8').trim();
    const connection = await connectNats({ principal, natsUrl: world.nats.url, natsSeed });
    connections.push(connection);
    return connection;
  }

  it.each(principals)('%s may send what is its own, and nothing else', async (principal) => {
    const mine = new Set([
      ...maySend(principal),
      ...everyDurable.filter(({ consumer }) => consumer === principal).flatMap(consumption),
    ]);
    const everything = [
      ...everySubject,
      ...everyDurable.flatMap(consumption),
      ...administration,
      ...elsewhere,
      // An answer may go to an inbox; what nobody asked for may not.
      ...inboxes,
    ];
    const isAdministrator = principal === 'provisioner';
    const allowed = (subject: string): boolean =>
      mine.has(subject) || (isAdministrator && subject.startsWith('$JS.API.'));
    // What would empty the streams of the other tests is not tried by the one who may.
    const tried = everything.filter((subject) => !(isAdministrator && subject.startsWith('$JS.API.')));
    const connection = await connectAs(principal);
    const refused = await refusedPublishes(connection, tried);
    expect(refused).toEqual(tried.filter((subject) => !allowed(subject)).toSorted());
    expect(tried.length - refused.length).toBe(tried.filter(allowed).length);
  });

  it.each(principals)('%s may listen to what is its own, and to nothing else', async (principal) => {
    const answers: Subscription[] = requestContracts
      .filter((c) => c.service === principal)
      .map((c) => ({ subject: c.subject, queue: principal }));
    const hears: Subscription[] = nudgeContracts
      .filter((c) => (c.listeners as readonly Principal[]).includes(principal))
      .map((c) => ({ subject: c.subject }));
    const own: Subscription[] = [...answers, ...hears, { subject: `_INBOX_${principal}.>` }];
    const everything: Subscription[] = [
      ...own,
      // Without the queue group one would hear every request, beside the replica that answers it.
      ...[...everySubject, ...wildcards, ...elsewhere].map((subject) => ({ subject })),
      ...everySubject.map((subject) => ({ subject, queue: 'eavesdroppers' })),
      ...principals.map((other) => ({ subject: `_INBOX_${other}.>` })),
      { subject: '$JS.EVENT.ADVISORY.>' },
    ];
    const isOwn = (tried: Subscription): boolean =>
      own.some((one) => one.subject === tried.subject && (one.queue ?? '') === (tried.queue ?? '')) ||
      // A nudge may be heard in a group or not: it is the subject that is granted.
      hears.some((one) => one.subject === tried.subject);
    const connection = await connectAs(principal);
    const tried = [...new Map(everything.map((one) => [nameOf(one), one])).values()];
    const refused = await refusedSubscriptions(connection, tried);
    expect(refused).toEqual(
      tried
        .filter((one) => !isOwn(one))
        .map(nameOf)
        .toSorted(),
    );
  });
});

const nameOf = ({ subject, queue }: Subscription): string => (queue ? `${subject} ${queue}` : subject);
