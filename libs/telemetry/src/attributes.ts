import type { Attributes } from '@opentelemetry/api';
import { isCode } from './safe.js';

type Check = (value: unknown) => boolean;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const text =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const number: Check = (value) => typeof value === 'number';
export const isCodeValue: Check = (value) =>
  typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && isCode(value));
const method = text(/^[A-Z_]{1,16}$/);
const route = text(/^\/[A-Za-z0-9_./:*()-]{0,200}$/);
const host = text(/^[A-Za-z0-9.:[\]-]{1,253}$/);
export const isErrorType = text(/^[A-Za-z0-9_.:-]{1,64}$/);

/** The only attributes that leave a process, each with what its value must look like. */
const allowed: Readonly<Record<string, Check>> = {
  'http.request.method': method,
  'http.route': route,
  'http.response.status_code': number,
  'server.address': host,
  'server.port': number,
  'db.system.name': isCodeValue,
  'db.operation': isCodeValue,
  'db.operation.name': isCodeValue,
  'error.type': isErrorType,
};
const allowedFamilies = ['messaging.', 'rpc.', 'service.', 'ddx.'];
/** Inside allowed families, what instrumentations fill with payloads. */
const neverInFamilies = /(?:body|payload|header|metadata|text|content)/i;
const keyPattern = /^[a-z][a-z0-9_.]{0,80}$/;

const isAllowed = (key: string, value: unknown): boolean => {
  const own = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
  if (own) return own(value);
  const family = keyPattern.test(key) && allowedFamilies.some((prefix) => key.startsWith(prefix));
  return family && !neverInFamilies.test(key) && isCodeValue(value);
};

/** Keeps the attributes of the allow-list whose values look like ids, codes or numbers. */
export function allowedAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key, value]) => isAllowed(key, value)));
}

/** The path of a request, kept only if it is its route with UUIDs in the place of parameters. */
export function pathOf(attributes: Attributes): string | undefined {
  const path = attributes['url.path'];
  const template = attributes['http.route'];
  if (typeof path !== 'string' || typeof template !== 'string' || !route(template)) return undefined;
  const wanted = template.split('/');
  const found = path.split('/');
  const fits =
    wanted.length === found.length &&
    wanted.every((part, at) => (part.startsWith(':') ? uuid.test(found[at] ?? '') : part === found[at]));
  return fits ? path : undefined;
}
