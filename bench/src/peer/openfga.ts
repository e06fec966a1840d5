import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { cacheRoot, freePorts, httpReady, supervise, type Postgres } from '@definitivedx/stack';
import type { Store } from './openfga-client.js';

const run = promisify(execFile);
const version = '1.22.1';
const goPackage = `github.com/openfga/openfga/cmd/openfga@v${version}`;

/** The path of the program, built from its source the first time it is asked for. */
async function ensureOpenfga(note: (line: string) => void): Promise<string> {
  const target = join(cacheRoot(), `openfga-${version}`);
  const binary = join(target, 'openfga');
  if (existsSync(binary)) return binary;
  note(`Building OpenFGA ${version} with Go, once (some minutes) …`);
  mkdirSync(cacheRoot(), { recursive: true });
  const folder = mkdtempSync(`${target}.new-`);
  try {
    await run('go', ['install', goPackage], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '-trimpath', CGO_ENABLED: '0' },
      timeout: 1_800_000,
      maxBuffer: 16_000_000,
    });
    renameSync(folder, target);
    return binary;
  } catch (error) {
    throw new Error(
      'OpenFGA could not be built. It needs Go 1.26 or newer on PATH and the Go module proxy.',
      {
        cause: error,
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The relations of docs/access-model.md as far as they are tuples, in the form that costs OpenFGA little: member, panel
 * and everyone are one relation, which it looks up in one go, and whoever no longer acts for an organisation has no
 * tuples there, where `access` looks that up each time. All members are a group, not `user:*`, which would let in
 * those who left.
 */
const direct = { this: {} };
const computed = (relation: string): object => ({ computedUserset: { relation } });
const users = { directly_related_user_types: [{ type: 'user' }] };
const model = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'user' },
    { type: 'practice', relations: { cover: direct }, metadata: { relations: { cover: users } } },
    ...['panel', 'platform'].map((type) => ({
      type,
      relations: { member: direct },
      metadata: { relations: { member: users } },
    })),
    {
      type: 'case',
      relations: {
        practice: direct,
        requester: direct,
        delegate: direct,
        invited: direct,
        viewer: {
          union: {
            child: [
              computed('invited'),
              computed('requester'),
              computed('delegate'),
              {
                tupleToUserset: {
                  tupleset: { relation: 'practice' },
                  computedUserset: { relation: 'cover' },
                },
              },
            ],
          },
        },
      },
      metadata: {
        relations: {
          practice: { directly_related_user_types: [{ type: 'practice' }] },
          requester: users,
          delegate: users,
          invited: {
            directly_related_user_types: [
              { type: 'user' },
              { type: 'panel', relation: 'member' },
              { type: 'platform', relation: 'member' },
            ],
          },
        },
      },
    },
  ],
};

/** The rows of `access` that are open now, as tuples. */
const tuples = `
  with open_grant as (
    select * from access_grant where revoked_at is null and (expires_at is null or expires_at > now())
  )
  select 'practice:' || organisation_id as "user", 'practice' as relation, 'case:' || case_id as object from case_ref
  union all
  select 'user:' || requester_id, 'requester', 'case:' || case_id
    from case_ref c join acting a on a.member_id = c.requester_id and a.organisation_id = c.organisation_id
  union all
  select distinct 'user:' || principal_id, case when control then 'delegate' else 'invited' end, 'case:' || case_id
    from open_grant where principal_kind = 'member' and exists (select from acting where member_id = principal_id)
  union all
  select distinct 'panel:' || principal_id || '#member', 'invited', 'case:' || case_id
    from open_grant join panel p on p.id = principal_id and p.status = 'active' where principal_kind = 'panel'
  union all
  select distinct 'platform:all#member', 'invited', 'case:' || case_id from open_grant where principal_kind = 'everyone'
  union all
  select distinct 'user:' || member_id, 'member', 'platform:all' from acting
  union all
  select 'user:' || d.member_id, 'cover', 'practice:' || d.organisation_id
    from organisation_duty d join acting a using (member_id, organisation_id) where d.duty = 'cover'
  union all
  select 'user:' || pm.member_id, 'member', 'panel:' || pm.panel_id
    from panel_member pm join acting a using (member_id, organisation_id)`;

interface TupleKey {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
}

export interface Openfga {
  readonly version: string;
  readonly store: Store;
  /** How many were written. */
  readonly tuples: number;
  readonly processes: () => Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/**
 * Starts OpenFGA in a database of its own on `postgres`, with its settings as they come but the log of every request
 * off, and writes what the `access` database at `accessUrl` holds into it.
 */
export async function startOpenfga(
  postgres: Postgres,
  accessUrl: string,
  dir: string,
  note: (line: string) => void,
): Promise<Openfga> {
  const binary = await ensureOpenfga(note);
  await query(postgres.adminUrl, 'create database openfga');
  const database = new URL(postgres.adminUrl);
  database.pathname = '/openfga';
  const datastore = ['--datastore-engine', 'postgres', '--datastore-uri', `${database.href}?sslmode=disable`];
  await run(binary, ['migrate', ...datastore]);
  const [http, grpc] = await freePorts(2);
  const httpUrl = new URL(`http://127.0.0.1:${String(http)}`);
  const listen = ['--http-addr', httpUrl.host, '--grpc-addr', `127.0.0.1:${String(grpc)}`];
  const server = supervise({
    name: 'openfga',
    command: binary,
    args: ['run', ...datastore, ...listen, '--metrics-enabled=false', '--log-level', 'error'],
    env: { PATH: process.env['PATH'] },
    logFile: join(dir, 'openfga.log'),
    ready: httpReady(new URL('/healthz', httpUrl).href),
  });
  await server.start();
  try {
    const { id: storeId } = await post<{ id: string }>(new URL('/stores', httpUrl), { name: 'access' });
    const store = (path: string): URL => new URL(`/stores/${storeId}/${path}`, httpUrl);
    const { authorization_model_id: modelId } = await post<{ authorization_model_id: string }>(
      store('authorization-models'),
      model,
    );
    const keys = await query<TupleKey>(accessUrl, tuples);
    note(`Writing ${String(keys.length)} tuples into OpenFGA ${version} …`);
    // As many as it takes at once.
    for (let i = 0; i < keys.length; i += 100) {
      await post(store('write'), {
        writes: { tuple_keys: keys.slice(i, i + 100) },
        authorization_model_id: modelId,
      });
    }
    await query(database.href, 'vacuum analyze');
    return {
      version,
      store: { httpUrl, grpcUrl: new URL(`http://127.0.0.1:${String(grpc)}`), storeId, modelId },
      tuples: keys.length,
      processes: () => ({ openfga: server.pid ?? 0, postgres: postgres.pid ?? 0 }),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function post<Reply>(url: URL, body: object): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`OpenFGA answered ${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as Reply;
}
