import type { ServiceContext } from '@definitivedx/bus';
import type { KeyProvider } from '@definitivedx/crypto';
import type { FilesOptions } from './config.js';
import { Places } from './places.js';
import type { Store } from './stores/store.js';

/** What every command and query of files works with. */
export class FilesContext {
  readonly uploads: Places;
  readonly downloads: Places;

  constructor(
    readonly service: ServiceContext,
    readonly store: Store,
    readonly keys: KeyProvider,
    readonly options: FilesOptions,
  ) {
    this.uploads = new Places(options.uploadsAtOnce);
    this.downloads = new Places(options.downloadsAtOnce);
  }
}
