import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  discovery,
  enableNonRepudiationChecks,
  type Configuration,
} from 'openid-client';
import { unavailable } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { Options } from '../config.js';

const log = createLog('identity-provider');
const timeoutSeconds = 5;

/**
 * The OIDC provider as its discovery document describes it. Asked for when first needed, so that the gateway starts
 * while the provider is away; a failure is not remembered.
 */
@Injectable()
export class IdentityProvider {
  private known: Promise<Configuration> | undefined;

  constructor(private readonly options: Options) {}

  /** @throws AppError `unavailable` while the provider cannot be reached. */
  async configuration(): Promise<Configuration> {
    this.known ??= this.discover();
    try {
      return await this.known;
    } catch (error) {
      this.known = undefined;
      log.warn('provider-unreachable', { error });
      throw unavailable('The sign-in service', error);
    }
  }

  private discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.options;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its own warning; config.ts keeps http out of production
    const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
    return discovery(new URL(issuer), clientId, clientSecret, ClientSecretBasic(clientSecret), {
      // ID tokens are verified against the provider's keys although they come straight from it.
      execute: [...insecure, enableNonRepudiationChecks],
      timeout: timeoutSeconds,
    });
  }
}
