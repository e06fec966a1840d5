import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureNatsServer, freePorts } from '@definitivedx/stack';

/** A NATS server with JetStream as durable as ours, without permissions, for one publisher and one consumer. */
export class BareJetStream {
  private constructor(
    private readonly server: ChildProcess,
    private readonly dir: string,
    private readonly connection: NatsConnection,
    private readonly received: Map<string, () => void>,
  ) {}

  static async start(): Promise<BareJetStream> {
    const dir = mkdtempSync(join(tmpdir(), 'definitivedx-bench-nats-'));
    const [port] = await freePorts(1);
    const config = join(dir, 'nats.conf');
    const settings = [
      `listen: "127.0.0.1:${String(port)}"`,
      `jetstream { store_dir: ${JSON.stringify(join(dir, 'store'))}, sync_interval: always }`,
    ];
    writeFileSync(config, settings.join('\n'));
    const server = spawn(await ensureNatsServer(), ['--config', config], { stdio: 'ignore' });
    const connection = await connect({
      servers: `127.0.0.1:${String(port)}`,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'BENCH', subjects: ['bench.*'] });
    await manager.consumers.add('BENCH', { durable_name: 'bench', ack_policy: AckPolicy.Explicit });
    const received = new Map<string, () => void>();
    const messages = await (await jetstream(connection).consumers.get('BENCH', 'bench')).consume();
    void (async () => {
      for await (const message of messages) {
        received.get(message.subject)?.();
        message.ack();
      }
    })();
    return new BareJetStream(server, dir, connection, received);
  }

  /** @returns milliseconds from just before the publish to the arrival at the consumer. */
  async publishToConsume(name: string): Promise<number> {
    const subject = `bench.${name}`;
    const startedAt = performance.now();
    const arrived = new Promise<number>((resolve) => {
      this.received.set(subject, () => {
        resolve(performance.now() - startedAt);
      });
    });
    await jetstream(this.connection).publish(subject, JSON.stringify({ name }));
    const ms = await arrived;
    this.received.delete(subject);
    return ms;
  }

  async stop(): Promise<void> {
    await this.connection.close();
    this.server.kill('SIGTERM');
    await new Promise((resolve) => this.server.once('exit', resolve));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
