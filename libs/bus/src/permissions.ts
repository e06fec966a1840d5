import {
  durableOf,
  eventContracts,
  nudgeContracts,
  principals,
  requestContracts,
  services,
  streamOf,
  type EventContract,
  type Principal,
  type ServiceName,
} from '@definitivedx/contracts';

/** Replies to a principal's own requests arrive under a prefix only that principal may subscribe to. */
export const inboxPrefixOf = (principal: Principal): string => `_INBOX_${principal}`;

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The streams the system needs, one for each service that publishes events. */
export const streams: readonly { readonly name: string; readonly subjects: readonly string[] }[] = services
  .filter((service) => eventContracts.some((c) => c.publisher === service))
  .map((service) => ({ name: streamOf(service), subjects: [`evt.${service}.>`] }));

export interface Durable {
  readonly name: string;
  readonly stream: string;
  readonly consumer: ServiceName;
  readonly contract: EventContract;
}

/** The durable consumers the system needs. */
export const durables: readonly Durable[] = eventContracts.flatMap((contract) =>
  contract.consumers.map((consumer) => ({
    name: durableOf(consumer, contract),
    stream: streamOf(contract.publisher),
    consumer,
    contract,
  })),
);

/** What a principal's NATS credential allows, derived from the contracts and nothing else. */
export function permissionsOf(principal: Principal): Permissions {
  if (principal === 'provisioner') return provisionerPermissions();
  const own = durables.filter((d) => d.consumer === principal);
  return {
    publish: [
      ...requestContracts.filter((c) => c.from.includes(principal)).map((c) => c.subject),
      ...eventContracts.filter((c) => c.publisher === principal).map((c) => c.subject),
      ...nudgeContracts.filter((c) => c.publisher === principal).map((c) => c.subject),
      ...own.flatMap((d) => [
        `$JS.API.CONSUMER.MSG.NEXT.${d.stream}.${d.name}`,
        `$JS.API.CONSUMER.INFO.${d.stream}.${d.name}`,
        `$JS.ACK.${d.stream}.${d.name}.>`,
      ]),
    ].sort(),
    subscribe: [
      ...requestContracts.filter((c) => c.service === principal).map((c) => `${c.subject} ${principal}`),
      ...nudgeContracts
        .filter((c) => (c.listeners as readonly Principal[]).includes(principal))
        .map((c) => c.subject),
      `${inboxPrefixOf(principal)}.>`,
    ].sort(),
  };
}

/** Alone may administer JetStream; of the services' subjects it may send only what its contracts name. */
const provisionerPermissions = (): Permissions => ({
  publish: [
    '$JS.API.>',
    ...requestContracts.filter((c) => c.from.includes('provisioner')).map((c) => c.subject),
  ].sort(),
  subscribe: [`${inboxPrefixOf('provisioner')}.>`],
});

export const allPermissions = (): readonly { principal: Principal; permissions: Permissions }[] =>
  principals.map((principal) => ({ principal, permissions: permissionsOf(principal) }));
