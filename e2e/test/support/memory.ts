import { readFileSync } from 'node:fs';
import { services, type ServiceName } from '@definitivedx/contracts';
import type { System } from '@definitivedx/stack';

/** Resident memory of each service, in MB. */
export function residentMegabytes(system: System): Record<ServiceName, number> {
  const of = (service: ServiceName): number => {
    const { pid } = system.process(service);
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  };
  return Object.fromEntries(services.map((service) => [service, of(service)])) as Record<ServiceName, number>;
}
