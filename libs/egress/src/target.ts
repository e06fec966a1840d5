import { isIP } from 'node:net';
import { invalidInput, type AppError } from '@definitivedx/errors';
import { isPublicAddress } from './address.js';
import { plainHost, type EgressSettings } from './settings.js';

const longest = 2_048;

/** An address that may be tried, and whether its host is one the deployment trusts. */
export interface Target {
  readonly url: URL;
  readonly trusted: boolean;
}

const addressRefused = (message: string, path: string): AppError =>
  invalidInput(message, [{ path, message }]);

/** Said of a host by its name and by its resolved address alike, so that it tells nothing of the inner network. */
export const notPublic = (path = 'url'): AppError =>
  addressRefused('This address does not lead to the public internet. Please give one that does.', path);

/**
 * Reads an address that somebody else named, before anything is looked up. (What its name resolves to is decided at
 * the connection.)
 * @throws AppError `invalid-input` with a sentence on what is wrong with it.
 */
export function targetOf(address: string | URL, settings: EgressSettings, path = 'url'): Target {
  const refused = (message: string): AppError => addressRefused(message, path);
  const text = String(address);
  // The parser also turns 2130706433, 0x7f.1 and 0177.0.0.1 into the address they mean.
  const url = text.length > longest ? null : URL.parse(text);
  if (!url) throw refused('This is not a web address. Please give one that starts with https://.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const trusted = settings.trustedHosts === 'any' || settings.trustedHosts.includes(plainHost(host));
  if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:')) {
    throw refused('Please give an address that starts with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('Please leave user name and password out of the address.');
  }
  const port = url.port === '' ? 443 : Number(url.port);
  if (!trusted && !settings.ports.includes(port)) {
    throw refused(`Please use one of these ports: ${settings.ports.join(', ')}.`);
  }
  if (!trusted && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(path);
  return { url, trusted };
}
