import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder; the same from `src` and from `dist`. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url));

export const inRepository = (...path: string[]): string => join(repository, ...path);

/** The NATS users and what each may do, generated from the contracts. */
export const permissionsFile = inRepository('deploy', 'nats', 'permissions.conf');
