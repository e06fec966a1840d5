// `npm run format`: puts everything into the one format and corrects what the linter can correct by itself.
import { exec } from './exec.mjs';

const lint = await exec('eslint', ['.', '--fix'], { show: true });
const format = await exec('prettier', ['--write', '--log-level', 'warn', '.'], { show: true });
process.exitCode = lint.code || format.code;
