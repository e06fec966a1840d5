import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { headers } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import type { JSONWebKeySet, JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import {
  CallerSigner,
  type Caller,
  type ClientCaller,
  type MemberCaller,
  type ServiceCaller,
} from '@definitivedx/auth';
import {
  defaultTuning,
  header,
  openService,
  type Bus,
  type BusTuning,
  type RunningService,
  type ServiceConfig,
  type ServiceOptions,
} from '@definitivedx/bus';
import type {
  EventContract,
  Principal,
  ReplyOf,
  RequestContract,
  ServiceName,
} from '@definitivedx/contracts';
import { Database, migrate, type DatabaseOptions } from '@definitivedx/db';
import { connectTool, provision, type Provisioned } from '@definitivedx/provisioner';
import {
  ensureDatabases,
  ensureSecrets,
  ensureVersitygw,
  ephemeralPorts,
  environments,
  freePorts,
  httpReady,
  inRepository,
  runToEnd,
  startNats,
  startS3,
  supervise,
  telemetryPreload,
  type ManagedProcess,
  type Nats,
  type Ports,
  type S3,
  type Secrets,
} from '@definitivedx/stack';
import { MovableClock } from './movable-clock.js';

/** Quick enough for a test to see an event fail, wait and be given up on. */
const testTuning: BusTuning = { ...defaultTuning, backoffMs: [20, 50, 100], pauseMs: 100 };

export interface InProcessOptions {
  /** Overrides of the configuration, and fields of the service's own. */
  readonly config?: Partial<ServiceConfig> & Record<string, unknown>;
  /** How the gateway sets up its HTTP door. */
  readonly options?: ServiceOptions;
}

/**
 * A system of a suite's own: NATS with the real permissions, databases on the run's PostgreSQL, and whichever
 * services the suite starts, in its own process or as the built programs.
 */
export class World {
  readonly clock = new MovableClock();
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly buses = new Map<Principal, Promise<Bus>>();
  private readonly databases = new Map<ServiceName, Promise<Database>>();
  private readonly signer: CallerSigner;

  private constructor(
    readonly dir: string,
    readonly secrets: Secrets,
    readonly ports: Ports,
    readonly nats: Nats,
    readonly databaseUrls: Readonly<Record<ServiceName, string>>,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.signer = new CallerSigner('gateway', this.callerKey('gateway'));
  }

  /** @param env added to the environment of programs. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<World> {
    const admin = process.env['DDX_TEST_POSTGRES'];
    const binary = process.env['DDX_TEST_NATS_SERVER'];
    if (!admin || !binary) throw new Error('Run stack tests through Jest with its global set-up (npm test).');
    const dir = mkdtempSync(join(tmpdir(), 'definitivedx-world-'));
    const [secrets, ports] = await Promise.all([ensureSecrets(join(dir, 'secrets')), ephemeralPorts()]);
    const prefix = `t${randomUUID().slice(0, 8)}_`;
    const databaseUrls = await ensureDatabases(admin, secrets.databasePassword, prefix);
    const nats = await startNats({
      binary,
      storeDir: join(dir, 'nats'),
      configFile: join(dir, 'nats.conf'),
      port: ports.nats,
      logFile: join(dir, 'nats.log'),
      publicKeys: secrets.natsPublicKey,
    });
    const world = new World(dir, secrets, ports, nats, databaseUrls, env);
    try {
      await world.provision();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Brings NATS to what the contracts say, as the provisioner does. */
  async provision(): Promise<Provisioned> {
    return provision(await this.bus('provisioner'));
  }

  get publicUrl(): string {
    return `http://localhost:${String(this.ports.gateway)}`;
  }

  get issuer(): string {
    return `http://localhost:${String(this.ports.identityProvider)}`;
  }

  /** The second development issuer: a trust's own, to which we are known by the gateway's key. */
  get trustIssuer(): string {
    return `http://localhost:${String(this.ports.trustIdentityProvider)}`;
  }

  /** Configuration of a service with its own credential, for this world. */
  config(service: ServiceName): ServiceConfig {
    return {
      service,
      host: '127.0.0.1',
      port: this.ports[service],
      databaseUrl: this.databaseUrls[service],
      databasePoolMax: 10,
      natsUrl: this.nats.url,
      natsSeed: this.seed(service),
      callerKey: this.callerKey(service),
      callerKeys: JSON.parse(readFileSync(this.secrets.callerJwksFile, 'utf8')) as JSONWebKeySet,
      tuning: testTuning,
      clock: this.clock,
    };
  }

  /** Migrates a service's database and runs the service in this process, on this world's clock. */
  async service<C extends ServiceConfig>(
    name: ServiceName,
    appModule: (config: C) => DynamicModule,
    databaseOptions: (url: string) => DatabaseOptions,
    { config = {}, options = {} }: InProcessOptions = {},
  ): Promise<RunningService> {
    await migrate(databaseOptions(this.databaseUrls[name]));
    const service = await openService({ ...this.config(name), ...config } as C, appModule, options);
    this.closers.push(() => service.close());
    return service;
  }

  /** Migrates a service's database and runs its built program, restarted when it crashes. */
  async startProgram(name: ServiceName, env: NodeJS.ProcessEnv = {}): Promise<ManagedProcess> {
    const environment = { ...this.environment().service(name), ...env };
    const migration = inRepository('services', name, 'dist/migrate.js');
    await runToEnd(`${name}-migrations`, [migration], {
      env: environment,
      logFile: join(this.dir, `${name}.log`),
    });
    return this.launch(
      name,
      [...telemetryPreload(), inRepository('services', name, 'dist/main.js')],
      environment,
      this.ports[name],
    );
  }

  /** The mailbox that notify's SMTP address leads to. */
  async mailbox(): Promise<{ url: string; smtpUrl: string; process: ManagedProcess }> {
    const program = [inRepository('tools/stack/dist/mailbox/main.js')];
    const process = await this.launch(
      'mailbox',
      program,
      this.environment().mailbox(),
      this.ports.mailboxWeb,
    );
    return { url: this.mailboxUrl, smtpUrl: `smtp://127.0.0.1:${String(this.ports.smtp)}`, process };
  }

  /** The development identity provider, both its issuers. */
  async identityProvider(): Promise<{ issuer: string; process: ManagedProcess }> {
    const program = [inRepository('tools/stack/dist/identity-provider/main.js')];
    const environment = this.environment().identityProvider();
    const process = await this.launch('identity-provider', program, environment, this.ports.identityProvider);
    return { issuer: this.issuer, process };
  }

  /** A real S3 server (versitygw) with an empty bucket. The first time on a machine it is fetched or built: up to 3 minutes. */
  async s3(): Promise<S3> {
    const binary = await ensureVersitygw((line) => {
      console.log(line);
    });
    const [port] = await freePorts(1);
    const server = await startS3({
      binary,
      dir: join(this.dir, `s3-${String(port)}`),
      port: port!,
      bucket: 'definitivedx',
      accessKey: randomBytes(8).toString('hex'),
      secretKey: randomBytes(16).toString('hex'),
      logFile: join(this.dir, 's3.log'),
    });
    this.closers.push(() => server.stop());
    return server;
  }

  /** A person, as the gateway would vouch for them. */
  member(claims: Partial<Omit<MemberCaller, 'kind' | 'token'>> = {}): Promise<MemberCaller> {
    return this.signer.member({
      memberId: claims.memberId ?? uuidv7(),
      organisationId: claims.organisationId ?? uuidv7(),
      roles: claims.roles ?? ['clinician'],
      consented: claims.consented ?? true,
      sessionId: claims.sessionId ?? randomUUID(),
    });
  }

  /** A program of an organisation, as the gateway would vouch for it. */
  program(claims: Partial<Omit<ClientCaller, 'kind' | 'token'>> = {}): Promise<ClientCaller> {
    return this.signer.client({
      clientId: claims.clientId ?? uuidv7(),
      organisationId: claims.organisationId ?? uuidv7(),
      scopes: claims.scopes ?? [],
      from: claims.from,
    });
  }

  /** A service or tool acting by itself. */
  async as(principal: Principal): Promise<ServiceCaller> {
    return (await this.bus(principal)).self();
  }

  /** Sends a request over NATS with the credential of `sender`: the first that its contract allows, when absent. */
  async request<C extends RequestContract>(
    contract: C,
    caller: Caller,
    input: z.input<C['request']>,
    sender: Principal | undefined = contract.from[0],
  ): Promise<ReplyOf<C>> {
    if (!sender) throw new Error(`${contract.subject} may be sent by nobody`);
    return (await this.bus(sender)).request(contract, caller, input);
  }

  /** Publishes an event as its service's relay would. @returns its message id. */
  async publish<C extends EventContract>(
    contract: C,
    aggregateId: string,
    data: z.input<C['data']>,
    messageId: string = uuidv7(),
    extra: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const meta = headers();
    meta.set(header.aggregate, aggregateId);
    meta.set(header.publishedAt, new Date().toISOString());
    meta.set(header.messageId, messageId);
    for (const [name, value] of Object.entries(extra)) meta.set(name, value);
    const { connection } = await this.bus(contract.publisher);
    await jetstream(connection).publish(contract.subject, JSON.stringify(data), { headers: meta });
    return messageId;
  }

  /** A connection to a service's database, to look at what it did. Not for arranging state a command could arrange. */
  database(service: ServiceName): Promise<Database> {
    return remembered(this.databases, service, async () => {
      const db = await Database.connect({
        url: this.databaseUrls[service],
        entities: [],
        migrations: [],
        poolMax: 4,
      });
      this.closers.push(() => db.close());
      return db;
    });
  }

  /** The address of a service's database for an administrator, who may do what the service may not. */
  adminUrl(service: ServiceName): string {
    const url = new URL(process.env['DDX_TEST_POSTGRES'] ?? '');
    url.pathname = new URL(this.databaseUrls[service]).pathname;
    return url.href;
  }

  /** A bus client with a principal's own credential. */
  bus(principal: Principal): Promise<Bus> {
    return remembered(this.buses, principal, async () => {
      const bus = await connectTool(principal, {
        natsUrl: this.nats.url,
        natsSeed: this.seed(principal),
        callerKey: this.callerKey(principal),
      });
      this.closers.push(() => bus.close());
      return bus;
    });
  }

  /** Deletes everything NATS has stored, as if its volume were lost, and starts it again, empty. */
  async loseNats(): Promise<void> {
    await this.nats.stop();
    rmSync(join(this.dir, 'nats'), { recursive: true, force: true });
    await this.nats.start();
  }

  async stop(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    await this.nats.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get mailboxUrl(): string {
    return `http://127.0.0.1:${String(this.ports.mailboxWeb)}`;
  }

  private seed(principal: Principal): string {
    return readFileSync(this.secrets.seedFile(principal), 'utf8').trim();
  }

  private callerKey(principal: Principal): JWK {
    return JSON.parse(readFileSync(this.secrets.callerKeyFile(principal), 'utf8')) as JWK;
  }

  private environment(): ReturnType<typeof environments> {
    return environments({
      stateDir: this.dir,
      ports: this.ports,
      host: '127.0.0.1',
      publicUrl: this.publicUrl,
      issuer: this.issuer,
      trustIssuer: this.trustIssuer,
      mailboxUrl: this.mailboxUrl,
      natsUrl: this.nats.url,
      secrets: this.secrets,
      databaseUrls: this.databaseUrls,
      extra: this.env,
    });
  }

  private async launch(
    name: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    port: number,
  ): Promise<ManagedProcess> {
    const managed = supervise({
      name,
      command: process.execPath,
      args,
      env,
      logFile: join(this.dir, `${name}.log`),
      ready: httpReady(`http://127.0.0.1:${String(port)}/readyz`),
    });
    await managed.start();
    this.closers.push(() => managed.stop());
    return managed;
  }
}

function remembered<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

export const startWorld = (env: NodeJS.ProcessEnv = {}): Promise<World> => World.start(env);
