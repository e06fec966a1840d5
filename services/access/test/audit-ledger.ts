import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exportLines, until, verifyExport, type Trust, type Verdict } from '@definitivedx/testing';
import { sealAudit, signTreeHead } from '../src/commands/seal-audit.js';
import type { AuditKey } from '../src/config.js';
import { keepKey } from '../src/data/audit-heads.js';
import { HeadSigner } from '../src/sealing/tree-head.js';
import type { AccessWorld } from './access-world.js';

export type Line = Record<string, unknown> & { type: string };
type Wanted = Parameters<typeof exportLines>[2]['wanted'];

/** A key of its own for signing heads. */
export function newKey(kid: string): AuditKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...privateKey.export({ format: 'jwk' }), kid };
}

/** The audit of a world, sealed and signed when the test says so (beside the service's own sealer), and as it is exported. */
export class Ledger {
  readonly signer: HeadSigner;

  constructor(private readonly access: AccessWorld) {
    const key = readFileSync(access.world.secrets.auditKeyFile, 'utf8');
    this.signer = new HeadSigner(JSON.parse(key) as AuditKey);
  }

  /** Writes rows as any statement of the service does. */
  write(rows: number, act = 'test.act'): Promise<unknown> {
    return this.access.sql(
      `insert into audit (at, actor_kind, act, outcome, detail)
       select now(), 'unknown', $2, 'allowed', jsonb_build_object('n', n) from generate_series(1, $1::int) as n`,
      [rows, act],
    );
  }

  /** Rows without a leaf. */
  async unsealed(): Promise<number> {
    const [row] = await this.access.sql<{ n: number }>(
      'select count(*)::int as n from audit a where not exists (select from audit_leaf l where l.audit_id = a.id)',
    );
    return row!.n;
  }

  /** Seals what there is to be sealed, until it is certain that no row can come in between. */
  async seal(): Promise<void> {
    await until(async () => {
      await sealAudit(this.access);
      const [row] = await this.access.sql<{ done: boolean }>(
        'select low = (select coalesce(max(id), 0) from audit) as done from audit_sealing',
      );
      return row!.done && (await this.unsealed()) === 0;
    }, 'a sealed audit');
  }

  /** Signs the tree as it is; waits its turn behind the service's own sealer. */
  async sign(signer = this.signer): Promise<void> {
    await keepKey(this.access.db, signer.kid, signer.publicKey, this.access.now());
    const { db, world } = this.access;
    await until(async () => {
      await signTreeHead({ db, clock: world.clock }, signer);
      const [row] = await this.access.sql<{ done: boolean }>(
        'select (select max(tree_size) from audit_head) = (select count(*) from audit_leaf) as done',
      );
      return row!.done;
    }, 'a signed head');
  }

  async sealAndSign(): Promise<void> {
    await this.seal();
    await this.sign();
  }

  /** The lines of an export, as the operator's tool writes them. */
  async export(wanted: Wanted = { kind: 'all' }, since?: number): Promise<Line[]> {
    const { world } = this.access;
    const lines: Line[] = [];
    const about = { wanted, since, now: this.access.now() };
    for await (const line of exportLines(await world.bus('operator'), () => world.as('operator'), about)) {
      // As they are read back from a file.
      lines.push(JSON.parse(JSON.stringify(line)) as Line);
    }
    return lines;
  }

  /** The public key, as an auditor has it from elsewhere. */
  get publicKey(): unknown {
    return JSON.parse(this.signer.publicKey) as unknown;
  }

  verify(lines: readonly Line[], trust: Trust = { keys: [this.publicKey] }): Promise<Verdict> {
    return verifyExport(texts(lines), trust);
  }

  /** Does something to the tables that only who owns them can, with their guard off, and undoes it after `look`. */
  async tampered<T>(tamper: string, undo: string, look: () => Promise<T>): Promise<T> {
    const guarded = ['audit', 'audit_leaf', 'audit_node', 'audit_head'];
    const guard = async (how: 'enable' | 'disable') => {
      for (const table of guarded)
        await this.access.sql(`alter table ${table} ${how} trigger ${table}_is_append_only`);
    };
    await guard('disable');
    try {
      await this.access.sql(tamper);
      return await look();
    } finally {
      await this.access.sql(undo);
      await guard('enable');
    }
  }
}

async function* texts(lines: readonly Line[]): AsyncGenerator<string> {
  for (const line of lines) yield Promise.resolve(JSON.stringify(line));
}
