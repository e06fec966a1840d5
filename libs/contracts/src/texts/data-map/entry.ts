import type { ServiceName } from '../../define.js';

/** Whose data it is. A case is anonymised, and yet treated as the child's: what was written may still point to somebody. */
export type DataSubject = 'members' | 'children' | 'applicants' | 'nobody';

/** What becomes of a row when the member it is about is erased. */
export type OnErasure =
  | { readonly does: 'erased' }
  | { readonly does: 'kept'; readonly why: string }
  /** It holds nothing of a member. */
  | { readonly does: 'untouched' };

/** One place where something is stored. */
export interface StoredData {
  readonly service: ServiceName;
  readonly store: 'table' | 'stream' | 'objects' | 'folder';
  readonly name: string;
  readonly what: string;
  readonly whose: DataSubject;
  readonly why: string;
  readonly basis: string;
  readonly retention: string;
  readonly protection: string;
  readonly onErasure: OnErasure;
}

/** Lawful bases, by the UK GDPR. */
export const basis = {
  care: 'Art. 6(1)(e) and 9(2)(h): providing health care',
  task: 'Art. 6(1)(e): a task in the public interest, health services',
  account: 'Art. 6(1)(c) with Art. 5(2) and 32: showing that the law is kept, and security',
  none: 'none needed: no personal data',
} as const;

export const retention = {
  childRecord:
    "as a child's record: until the 25th birthday (26th if 17 at the end), by the latest date the age band allows; nothing is deleted automatically yet",
  account: 'while the account exists',
  organisation: 'while the organisation takes part',
  audit: 'at least eight years; nothing is deleted automatically',
  ninetyDays: '90 days',
  ledger: 'as long as its service: it keeps a repeated message from having a second effect',
} as const;

const database =
  "a database of the service's own, reached by its own role only; encryption at rest is that of the volume";

export const protection = {
  database,
  hashed: `${database}; of secrets only the SHA-256`,
  sealed: `${database}; append-only, and sealed in a Merkle tree with signed heads`,
  encrypted: 'AES-256-GCM with a key per file, wrapped by a key that is kept apart',
  stream: 'each service reads only what its contracts name; ids, codes and versions, never texts or names',
} as const;

export const erased: OnErasure = { does: 'erased' };
export const untouched: OnErasure = { does: 'untouched' };
export const kept = (why: string): OnErasure => ({ does: 'kept', why });

type Given = Pick<StoredData, 'what' | 'whose' | 'why' | 'retention' | 'onErasure'> &
  Partial<Pick<StoredData, 'basis' | 'protection' | 'store'>>;

/** What is not said is as with most tables. */
export const storedBy =
  (service: ServiceName) =>
  (name: string, { store = 'table', ...given }: Given): StoredData => ({
    basis: given.whose === 'nobody' ? basis.none : given.whose === 'children' ? basis.care : basis.task,
    protection: protection.database,
    ...given,
    service,
    store,
    name,
  });

const messages = (service: ServiceName): StoredData[] => {
  const table = storedBy(service);
  return [
    table('outbox', {
      what: 'events on their way to other services: ids, codes and versions',
      whose: 'members',
      why: 'so that no event is lost, and streams can be rebuilt',
      retention: retention.ninetyDays,
      onErasure: kept('events name people by id alone'),
    }),
    table('inbox', {
      what: 'ids of events that were handled',
      whose: 'nobody',
      why: 'so that an event has its effect once',
      retention: retention.ledger,
      onErasure: untouched,
    }),
    table('dead_letter', {
      what: 'events that could not be handled: ids, codes and versions',
      whose: 'members',
      why: 'so that an operator can replay them',
      retention: 'until an operator has settled it; nothing is deleted automatically',
      onErasure: kept('events name people by id alone'),
    }),
  ];
};

/** What every service that publishes or consumes events keeps for that. */
export const messagingData = (service: ServiceName): StoredData[] => [
  ...messages(service),
  storedBy(service)(`EVENTS_${service.toUpperCase()}`, {
    store: 'stream',
    what: 'published events: ids, codes and versions',
    whose: 'members',
    why: 'to tell the other services',
    retention: retention.ninetyDays,
    protection: protection.stream,
    onErasure: kept('events name people by id alone'),
  }),
];

/** The ledger of commands. What a reply says of a person differs by service. */
export const commandData = (service: ServiceName, onErasure: OnErasure, what: string): StoredData =>
  storedBy(service)('command', {
    what,
    whose: 'members',
    why: 'so that a repeated command is not carried out twice, and gets its first reply',
    retention: '30 days',
    onErasure,
  });

export const migrationData = (service: ServiceName): StoredData =>
  storedBy(service)('migration', {
    what: 'versions of the tables',
    whose: 'nobody',
    why: 'to bring the database up to date',
    retention: retention.ledger,
    onErasure: untouched,
  });
