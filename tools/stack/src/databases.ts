import pg from 'pg';
import { services, type ServiceName } from '@definitivedx/contracts';

/**
 * Gives each service a role and a database of its own, which no other service's role may connect to. Repeatable; a
 * changed password is taken over. `prefix` goes before the names of both, for several systems on one server.
 */
export async function ensureDatabases(
  adminUrl: string,
  passwords: Readonly<Record<ServiceName, string>>,
  prefix = '',
): Promise<Record<ServiceName, string>> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const urls: Partial<Record<ServiceName, string>> = {};
    for (const service of services) {
      const name = `${prefix}${service}`;
      const quoted = client.escapeIdentifier(name);
      const exists = async (sql: string): Promise<boolean> =>
        (await client.query(sql, [name])).rowCount === 1;
      if (!(await exists('SELECT 1 FROM pg_roles WHERE rolname = $1')))
        await client.query(`CREATE ROLE ${quoted} LOGIN`);
      await client.query(`ALTER ROLE ${quoted} PASSWORD ${client.escapeLiteral(passwords[service])}`);
      if (!(await exists('SELECT 1 FROM pg_database WHERE datname = $1'))) {
        await client.query(`CREATE DATABASE ${quoted} OWNER ${quoted}`);
        await client.query(`REVOKE ALL ON DATABASE ${quoted} FROM PUBLIC`);
      }
      const url = new URL(adminUrl);
      url.username = name;
      url.password = passwords[service];
      url.pathname = `/${name}`;
      urls[service] = url.href;
    }
    return urls as Record<ServiceName, string>;
  } finally {
    await client.end();
  }
}
