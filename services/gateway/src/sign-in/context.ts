import { Injectable } from '@nestjs/common';
import { ServiceContext } from '@definitivedx/bus';
import { Options } from '../config.js';
import { Callers } from './callers.js';
import { Issuers } from './issuers.js';
import { Sessions } from './sessions.js';

/** What the sign-in commands work with. */
@Injectable()
export class SignInContext {
  constructor(
    readonly service: ServiceContext,
    readonly issuers: Issuers,
    readonly sessions: Sessions,
    readonly callers: Callers,
    readonly options: Options,
  ) {}

  /** Where the provider sends the browser back to. */
  get callbackUrl(): URL {
    return new URL('/auth/callback', this.options.publicUrl);
  }
}
