import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadFilesConfig } from './config.js';
import { serviceOptions } from './http/server.js';

await runProgram(async () => startService(loadFilesConfig(), appModule, serviceOptions));
