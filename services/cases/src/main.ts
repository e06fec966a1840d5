import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadCasesConfig } from './config.js';

await runProgram(async () => startService(loadCasesConfig(), appModule));
