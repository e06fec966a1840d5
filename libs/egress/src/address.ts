import ipaddr from 'ipaddr.js';

/** Networks in which a cloud's own machinery answers although their addresses look public. */
const platformAddresses: readonly string[] = [
  // Azure: the host of each virtual machine, with its metadata and keys.
  '168.63.129.16',
];

/** The only IPv6 space that is handed out for the public internet. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * True for an address of the public internet, in its plain form. Everything else is false: loopback, private,
 * link-local (where clouds keep their metadata), shared, multicast, reserved and documentation ranges, and every form
 * that carries an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo), because what comes out at the other
 * end of those is decided by somebody else's router.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || platformAddresses.includes(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}
