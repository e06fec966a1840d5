import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Refusal } from '../../bootstrap/steps.mjs';

/** Where each part listens, as a distance from the base port, and what it is called in a message. */
const layout = {
  gateway: { offset: 0, what: 'the web address' },
  identityProvider: { offset: 1, what: 'the identity provider' },
  mailboxWeb: { offset: 2, what: 'the mailbox page' },
  smtp: { offset: 3, what: 'incoming mail' },
  postgres: { offset: 4, what: 'PostgreSQL' },
  nats: { offset: 5, what: 'NATS' },
  natsMonitor: { offset: 6, what: 'NATS monitoring' },
  trustIdentityProvider: { offset: 7, what: "the trust's identity provider" },
  access: { offset: 11, what: 'the access service' },
  cases: { offset: 12, what: 'the cases service' },
  files: { offset: 13, what: 'the files service' },
  notify: { offset: 14, what: 'the notify service' },
  metrics: { offset: 15, what: 'the metrics service' },
} as const;

export type PortName = keyof typeof layout;
export type Ports = Readonly<Record<PortName, number>>;

const names = Object.keys(layout) as PortName[];
export const portSpan = Math.max(...names.map((name) => layout[name].offset));

/** The ports of a system whose web address is at `base`. */
export const portsFrom = (base: number): Ports =>
  Object.fromEntries(names.map((name) => [name, base + layout[name].offset])) as Ports;

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, resolve);
  });
  return server;
}

const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

/** Ports that the system hands to outgoing connections begin here on Linux; one of those may be gone before it is used. */
const firstOutgoing = 32_768;
const firstFree = 12_000;

/** `count` different ports on the loopback address that nobody listens on now, and that no outgoing connection takes. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  // All held at once, so that none is found twice.
  while (held.length < count) {
    const port = randomInt(firstFree, firstOutgoing);
    await listen(port, '127.0.0.1').then(
      (server) => held.push(server),
      () => undefined,
    );
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map(close));
  return ports;
}

/** Free ports for a whole system, for tests. */
export async function ephemeralPorts(): Promise<Ports> {
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, free[index]])) as Ports;
}

/** Whether the address can be listened on: undefined when it can, else the system's error code. */
export async function portProblem(port: number, host: string): Promise<string | undefined> {
  try {
    await close(await listen(port, host));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Throws a Refusal that names every port that cannot be had, what it is for, and how to choose others. */
export async function assertPortsFree(ports: Ports, hostOf: (name: PortName) => string): Promise<void> {
  const problems = await Promise.all(names.map((name) => portProblem(ports[name], hostOf(name))));
  const lines = names.flatMap((name, index) => {
    const problem = problems[index];
    return problem === undefined
      ? []
      : [`  ${portSentence(problem, ports[name], hostOf(name), layout[name].what)}`];
  });
  if (lines.length === 0) return;
  const other = ports.gateway + 100 + portSpan > 65_535 ? 8080 : ports.gateway + 100;
  throw new Refusal(
    `DefinitiveDx cannot listen where it needs to:\n${lines.join('\n')}\n` +
      `Stop the program that uses them, or choose other ports: npm start -- --port ${String(other)}`,
  );
}

function portSentence(problem: string, port: number, host: string, what: string): string {
  switch (problem) {
    case 'EADDRINUSE':
      return `Port ${String(port)}, for ${what}, is in use by another program.`;
    case 'EACCES':
      return `Port ${String(port)}, for ${what}, may only be used by root. Ports from 1024 up are free for everyone.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine (port ${String(port)}, for ${what}).`;
    default:
      return `Port ${String(port)}, for ${what}, cannot be used (${problem}).`;
  }
}
