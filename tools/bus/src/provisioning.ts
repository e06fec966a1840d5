import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { durables, streams, type Bus, type Durable } from '@definitivedx/bus';
import { republishOutbox, services, streamOf } from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';

const seconds = (n: number): number => n * 1_000_000_000;
const days = (n: number): number => seconds(n * 24 * 3600);

/** Metadata key of a stream that was made anew and still has to be filled from its service's outbox. */
const awaitsRepublish = 'ddx-awaits-republish';

export interface Provisioned {
  readonly created: readonly string[];
  /** Rows republished per stream that was made anew. */
  readonly republished: Readonly<Record<string, number>>;
  /** Streams to be filled once their service answers; provision again then. */
  readonly pending: readonly string[];
}

/**
 * Makes streams and durables as the contracts say, removes durables they no longer name, and fills a stream that was
 * made anew from its service's outbox. Repeatable at any time.
 * @param replicas copies of each stream: 3 on a cluster, 1 on one machine.
 */
export async function provision(bus: Bus, replicas = 1): Promise<Provisioned> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const created: string[] = [];
  for (const { name, subjects } of streams) {
    if (await ensureStream(manager, name, subjects, replicas)) created.push(name);
  }
  for (const durable of durables) await ensureDurable(manager, durable);
  await removeUnknownDurables(manager);
  return { created, ...(await republishWhereNeeded(bus, manager)) };
}

/** @returns true when the stream did not exist. */
async function ensureStream(
  manager: JetStreamManager,
  name: string,
  subjects: readonly string[],
  replicas: number,
): Promise<boolean> {
  const config = {
    subjects: [...subjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    // As long as the outbox keeps its rows.
    max_age: days(90),
    // Only saves work: what guards against duplicates is the inbox.
    duplicate_window: seconds(120),
    num_replicas: replicas,
  } satisfies Partial<StreamConfig>;
  try {
    const info = await manager.streams.info(name);
    await manager.streams.update(name, { ...config, metadata: { ...info.config.metadata } });
    return false;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await manager.streams.add({ name, ...config, metadata: { [awaitsRepublish]: 'yes' } });
    return true;
  }
}

async function ensureDurable(manager: JetStreamManager, durable: Durable): Promise<void> {
  const adjustable = {
    filter_subject: durable.contract.subject,
    // Above the slowest handler; a handler that takes longer sends heartbeats.
    ack_wait: seconds(30),
    // Endless: the server would drop silently. The consumer counts failures and dead-letters by itself.
    max_deliver: -1,
    max_ack_pending: 64,
  } satisfies Partial<ConsumerConfig>;
  try {
    await manager.consumers.info(durable.stream, durable.name);
    await manager.consumers.update(durable.stream, durable.name, adjustable);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await manager.consumers.add(durable.stream, {
      durable_name: durable.name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...adjustable,
    });
  }
}

async function removeUnknownDurables(manager: JetStreamManager): Promise<void> {
  const wanted = new Set(durables.map((d) => d.name));
  for (const { name: stream } of streams) {
    for await (const consumer of manager.consumers.list(stream)) {
      if (!wanted.has(consumer.name)) await manager.consumers.delete(stream, consumer.name);
    }
  }
}

async function republishWhereNeeded(
  bus: Bus,
  manager: JetStreamManager,
): Promise<Pick<Provisioned, 'republished' | 'pending'>> {
  const republished: Record<string, number> = {};
  const pending: string[] = [];
  for (const service of services.filter((s) => streams.some(({ name }) => name === streamOf(s)))) {
    const name = streamOf(service);
    const { config } = await manager.streams.info(name);
    if (config.metadata?.[awaitsRepublish] !== 'yes') continue;
    try {
      const { rows } = await bus.request(republishOutbox(service), await bus.self(), {});
      republished[name] = rows;
      await manager.streams.update(name, { metadata: { ...config.metadata, [awaitsRepublish]: 'no' } });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      pending.push(name);
    }
  }
  return { republished, pending };
}

const isNotFound = (error: unknown): boolean => error instanceof JetStreamApiError && error.status === 404;
