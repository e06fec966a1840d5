export * from './movable-clock.js';
export * from './until.js';
export * from './world.js';
