export * from './movable-clock.js';
export * from './stream-messages.js';
export * from './until.js';
export * from './world.js';
export { loadCases, type LoadPlan } from '@definitivedx/stack';
export { exportLines, verifyExport, type Trust, type Verdict } from '@definitivedx/provisioner';
