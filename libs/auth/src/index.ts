export * from './caller.js';
export * from './caller-token.js';
export * from './door-guard.js';
