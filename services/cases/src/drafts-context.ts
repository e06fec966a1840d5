import type { ServiceContext } from '@definitivedx/bus';
import type { KeyProvider } from '@definitivedx/crypto';

/** What commands and queries on drafts work with: everything else of the service has no use for their keys. */
export class DraftsContext {
  constructor(
    readonly service: ServiceContext,
    readonly keys: KeyProvider,
  ) {}
}
