export { isPublicAddress } from './address.js';
export * from './egress.js';
export { failureCodeOf, type EgressFailureCode } from './failure.js';
export * from './fetch.js';
export { egressSettings, strictEgress, type EgressSettings } from './settings.js';
