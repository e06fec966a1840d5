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

/** The one refusal of an address, with what to do about it. */
export const addressRefused = (message: string): AppError =>
  invalidInput(message, [{ path: 'url', message }]);

/** Said of a host by its name and by its resolved address alike, so that it tells nothing of the inner network. */
export const notPublic = (): AppError =>
  addressRefused('This address does not lead to the public internet. Please give one that does.');

/**
 * Reads an address that somebody else named, before anything is looked up. (What its name resolves to is decided at
 * the connection.)
 * @throws AppError `invalid-input` with a sentence on what is wrong with it.
 */
export function targetOf(address: string | URL, settings: EgressSettings): Target {
  const text = String(address);
  // The parser also turns 2130706433, 0x7f.1 and 0177.0.0.1 into the address they mean.
  const url = text.length > longest ? null : URL.parse(text);
  if (!url) throw addressRefused('This is not a web address. Please give one that starts with https://.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const trusted = settings.trustedHosts === 'any' || settings.trustedHosts.includes(plainHost(host));
  if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:')) {
    throw addressRefused('Please give an address that starts with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw addressRefused('Please leave user name and password out of the address.');
  }
  const port = url.port === '' ? 443 : Number(url.port);
  if (!trusted && !settings.ports.includes(port)) {
    throw addressRefused(`Please use one of these ports: ${settings.ports.join(', ')}.`);
  }
  if (!trusted && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic();
  return { url, trusted };
}
