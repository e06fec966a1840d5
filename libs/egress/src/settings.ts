/** What a deployment allows beyond public addresses over https on port 443. */
export interface EgressSettings {
  /** Ports of any host. */
  readonly ports: readonly number[];
  /** Hosts that may be inside the network, on any port, also over plain http; `any` is for one's own machine. */
  readonly trustedHosts: readonly string[] | 'any';
}

/** The settings of a deployment that has said nothing. */
export const strictEgress: EgressSettings = { ports: [443], trustedHosts: [] };

const words = (list: string | undefined): string[] =>
  (list ?? '').split(/[\s,]+/).filter((word) => word !== '');

/**
 * Reads `EGRESS_PORTS` (443 when absent) and `EGRESS_TRUSTED_HOSTS` (none when absent; `*` for all, refused in
 * production).
 * @throws Error that names the variable which is wrong.
 */
export function egressSettings(env: NodeJS.ProcessEnv = process.env): EgressSettings {
  const ports = words(env['EGRESS_PORTS']).map(Number);
  if (!ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new Error('EGRESS_PORTS: please give port numbers, for instance "443 8443".');
  }
  const hosts = words(env['EGRESS_TRUSTED_HOSTS']);
  if (!hosts.includes('*')) {
    return { ports: ports.length > 0 ? ports : strictEgress.ports, trustedHosts: hosts.map(plainHost) };
  }
  if (env['NODE_ENV'] === 'production') {
    throw new Error('EGRESS_TRUSTED_HOSTS: "*" would open the inner network. Please name the hosts.');
  }
  return { ports: ports.length > 0 ? ports : strictEgress.ports, trustedHosts: 'any' };
}

/** A host as it is compared: lower case, no trailing dot. */
export const plainHost = (host: string): string => host.toLowerCase().replace(/\.+$/, '');
