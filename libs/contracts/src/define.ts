import type { z } from 'zod';

/** Every identity that may connect to the bus. `operator` and `provisioner` are tools, not services. */
export const principals = [
  'gateway',
  'access',
  'cases',
  'files',
  'notify',
  'metrics',
  'operator',
  'provisioner',
] as const;
export type Principal = (typeof principals)[number];

/** The principals that run as a service with a database of their own. */
export const services = ['gateway', 'access', 'cases', 'files', 'notify', 'metrics'] as const;
export type ServiceName = (typeof services)[number];

/** What a member may be within the organisation they act as. */
export const roles = ['clinician', 'specialist', 'organisation-admin', 'programme-lead', 'operator'] as const;
export type Role = (typeof roles)[number];

/** What a program that acts for an organisation may be allowed to do; its token names those it was given. */
export const scopes = ['scim', 'members', 'panels', 'webhooks', 'audit', 'export', 'conformance'] as const;
export type Scope = (typeof scopes)[number];

/**
 * Who a request may be carried out for. An absent entry allows nobody of that kind.
 * `members: 'any'` means any signed-in member; a list means any one of those roles.
 * `clients` means an organisation's program whose token has any one of those scopes.
 */
export interface Who {
  readonly members?: 'any' | readonly Role[];
  readonly services?: readonly Principal[];
  readonly clients?: readonly Scope[];
  /** Members reach it before they have accepted the current Terms and Privacy Policy. */
  readonly beforeConsent?: boolean;
}

/** A request-reply subject: schemas, who may send it, and for whom. */
export interface RequestContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly type: 'request';
  readonly subject: string;
  readonly service: ServiceName | '*';
  readonly summary: string;
  /** Principals whose NATS credential may publish the subject. */
  readonly from: readonly Principal[];
  readonly who: Who;
  readonly request: I;
  readonly reply: O;
}

/** A JetStream event: published by one service through its outbox, consumed by each of `consumers` exactly once in effect. */
export interface EventContract<D extends z.ZodType = z.ZodType> {
  readonly type: 'event';
  readonly subject: string;
  readonly publisher: ServiceName;
  readonly summary: string;
  readonly consumers: readonly ServiceName[];
  readonly data: D;
}

/** A core-NATS hint that something is there to be fetched. May be lost; never carries content. */
export interface NudgeContract<D extends z.ZodType = z.ZodType> {
  readonly type: 'nudge';
  readonly subject: string;
  readonly publisher: ServiceName;
  readonly listeners: readonly ServiceName[];
  readonly summary: string;
  readonly data: D;
}

export type InputOf<C extends RequestContract> = z.output<C['request']>;
export type ReplyOf<C extends RequestContract> = z.output<C['reply']>;
export type DataOf<C extends EventContract | NudgeContract> = z.output<C['data']>;

/** Declares a request. Subject `rpc.<service>.<name>`. */
export function request<I extends z.ZodType, O extends z.ZodType>(
  service: ServiceName,
  name: string,
  rest: Omit<RequestContract<I, O>, 'type' | 'subject' | 'service'>,
): RequestContract<I, O> {
  return { type: 'request', subject: `rpc.${service}.${name}`, service, ...rest };
}

/** Declares an event. Subject `evt.<publisher>.<name>.v<version>`; a changed shape is a new version beside the old. */
export function event<D extends z.ZodType>(
  publisher: ServiceName,
  name: string,
  version: number,
  rest: Omit<EventContract<D>, 'type' | 'subject' | 'publisher'>,
): EventContract<D> {
  return { type: 'event', subject: `evt.${publisher}.${name}.v${String(version)}`, publisher, ...rest };
}

/** Declares a nudge. Subject `nudge.<publisher>.<name>`. */
export function nudge<D extends z.ZodType>(
  publisher: ServiceName,
  name: string,
  rest: Omit<NudgeContract<D>, 'type' | 'subject' | 'publisher'>,
): NudgeContract<D> {
  return { type: 'nudge', subject: `nudge.${publisher}.${name}`, publisher, ...rest };
}

/** JetStream stream that holds all events of a service. */
export const streamOf = (publisher: ServiceName): string => `EVENTS_${publisher.toUpperCase()}`;

/** Durable consumer of one event in one service; there is one handler per durable. */
export const durableOf = (consumer: ServiceName, contract: EventContract): string =>
  `${consumer}--${contract.subject.slice('evt.'.length).replaceAll('.', '-')}`;
