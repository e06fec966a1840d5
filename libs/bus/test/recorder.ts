import { Controller, Module, type DynamicModule, type Type } from '@nestjs/common';
import {
  Consumes,
  emit,
  messagingTablesV1,
  once,
  Responds,
  ServiceContext,
  ServiceModule,
  type EventContext,
  type RequestContext,
  type ServiceConfig,
} from '@definitivedx/bus';
import {
  eventContracts,
  messagingServices,
  requestContracts,
  type EventContract,
  type ServiceName,
} from '@definitivedx/contracts';
import { listDeadLetters, replayDeadLetter, republishOutbox } from '@definitivedx/contracts';
import { Migration, statement, type DatabaseOptions, type Queryable } from '@definitivedx/db';

class Tables extends Migration {
  override up(): void {
    this.addSql(messagingTablesV1);
    this.addSql('create table effect (aggregate_id uuid not null, subject text not null, marker text)');
  }
}

/** Database of the service under test: the messaging tables and one table of effects. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [{ name: '0001-tables', class: Tables }],
});

const insertEffect = statement(
  'effect-insert',
  'insert into effect (aggregate_id, subject, marker) values ($1, $2, $3)',
);
const countEffects = statement<{ count: number }>(
  'effect-count',
  'select count(*)::int as count from effect where aggregate_id = $1',
);

export const effectsOf = async (db: Queryable, aggregateId: string): Promise<number> =>
  (await db.run(countEffects, [aggregateId]))[0]?.count ?? 0;

/** What the handlers do, set by each test. */
export interface Behaviour {
  /** Called after the effect was written and before the transaction commits; throwing undoes it. */
  onEvent: (data: unknown, context: EventContext) => Promise<void>;
  onRequest: (input: unknown, context: RequestContext) => Promise<unknown>;
}

/**
 * A whole service for the bus to carry: for every contract of `name` a handler that writes one row per event and then
 * does what the test's behaviour says.
 */
export function recorderModule(
  name: ServiceName,
  behaviour: Behaviour,
): (config: ServiceConfig) => DynamicModule {
  @Controller()
  class Recorder {}
  const administrative = messagingServices.flatMap((s) =>
    [republishOutbox(s), listDeadLetters(s), replayDeadLetter(s)].map((c) => c.subject),
  );
  const define = (
    decorate: MethodDecorator,
    subject: string,
    handler: (...args: never[]) => Promise<unknown>,
  ): void => {
    const method = `on ${subject}`;
    Object.defineProperty(Recorder.prototype, method, { value: handler, writable: true, configurable: true });
    decorate(Recorder.prototype, method, Object.getOwnPropertyDescriptor(Recorder.prototype, method)!);
  };
  for (const contract of requestContracts) {
    if (contract.service !== name || administrative.includes(contract.subject)) continue;
    define(Responds(contract), contract.subject, (input: unknown, context: RequestContext) =>
      behaviour.onRequest(input, context),
    );
  }
  for (const contract of eventContracts.filter((c) => c.consumers.includes(name))) {
    define(Consumes(contract), contract.subject, async (data: unknown, context: EventContext) => {
      await context.tx.run(insertEffect, [context.aggregateId, contract.subject, null]);
      await behaviour.onEvent(data, context);
    });
  }
  @Module({})
  class RecorderModule {}
  return (config) => ({
    module: RecorderModule,
    imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
    controllers: [Recorder as Type],
  });
}

/** A command of the service under test: once per command id, an effect and an event in one transaction. */
export async function act(
  service: ServiceContext,
  contract: EventContract,
  aggregateId: string,
  data: unknown,
  commandId: string,
): Promise<string> {
  return service.db.transaction((tx) =>
    once(tx, commandId, 'test', async () => {
      await tx.run(insertEffect, [aggregateId, contract.subject, commandId]);
      emit(tx, contract, aggregateId, data as never);
      return aggregateId;
    }),
  );
}
