import { Injectable } from '@nestjs/common';
import { ServiceContext } from '@definitivedx/bus';
import { Options } from '../config.js';
import { IdentityProvider } from './identity-provider.js';

/** What the sign-in commands work with. */
@Injectable()
export class SignInContext {
  constructor(
    readonly service: ServiceContext,
    readonly provider: IdentityProvider,
    readonly options: Options,
  ) {}

  /** Where the provider sends the browser back to. */
  get callbackUrl(): URL {
    return new URL('/auth/callback', this.options.publicUrl);
  }
}
