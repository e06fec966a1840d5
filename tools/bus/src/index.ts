export * from './provisioning.js';
export * from './tool.js';
export * from './audit/export.js';
export { verifyExport, type Trust, type Verdict } from './audit/verify.js';
