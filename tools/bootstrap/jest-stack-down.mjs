export { down as default } from './jest-stack-up.mjs';
