import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadNotifyConfig } from './config.js';

await runProgram(async () => startService(loadNotifyConfig(), appModule));
