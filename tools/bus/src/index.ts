export * from './provisioning.js';
export * from './tool.js';
