import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ServiceContext } from '@definitivedx/bus';
import { createLog } from '@definitivedx/telemetry';
import { batchSize, sealAudit, signTreeHead } from '../commands/seal-audit.js';
import { keepKey } from '../data/audit-heads.js';
import type { HeadSigner } from '../sealing/tree-head.js';

const log = createLog('audit');

/** How often rows are looked for. What is changed before it was sealed is not found, so this is short. */
const everyMs = 1_000;
/** A head is signed at most this often while rows trickle in, and at once after so many. */
const signEveryMs = 30_000;
const signAfterRows = 10_000;

/**
 * Seals the audit from time to time. Nothing waits for it: a row is written, and read, before it is sealed. With no new
 * rows it asks one short question a second and writes nothing.
 */
export class AuditSealer implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopping = false;
  private keyIsKept = false;
  private unsigned = 0;
  private signedAt = 0;

  constructor(
    private readonly service: ServiceContext,
    private readonly signer: HeadSigner,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.working = this.working.then(() => this.work());
    }, everyMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.working;
  }

  private async work(): Promise<void> {
    if (this.stopping) return;
    try {
      await this.keepKey();
      let sealed: number;
      do {
        sealed = await sealAudit(this.service);
        this.unsigned += sealed;
        if (this.unsigned >= signAfterRows) await this.sign();
      } while (sealed === batchSize && !this.isStopping());
      // Real time: a head says when it was signed by the service's clock, but how often is a matter of load.
      if (Date.now() - this.signedAt >= signEveryMs) await this.sign();
    } catch (error) {
      log.error('sealing-interrupted', { error });
    }
  }

  private async sign(): Promise<void> {
    const signed = await signTreeHead(this.service, this.signer);
    this.unsigned = 0;
    // What comes first after a quiet time is signed at once.
    if (signed !== undefined) this.signedAt = Date.now();
  }

  /** @throws Error when the id of our key stands for another one: nobody could tell then who signed what. */
  private async keepKey(): Promise<void> {
    if (this.keyIsKept) return;
    const { db, clock } = this.service;
    const { kid, publicKey } = this.signer;
    if ((await keepKey(db, kid, publicKey, clock.now())) !== publicKey) {
      throw new Error(
        `AUDIT_KEY_FILE: the key id ${kid} was used by another key. Give the new key an id of its own.`,
      );
    }
    this.keyIsKept = true;
  }

  // The compiler takes the field for what it was before the wait.
  private isStopping(): boolean {
    return this.stopping;
  }
}
