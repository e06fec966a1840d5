import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadGatewayConfig } from './config.js';
import { serviceOptions } from './http/server.js';

await runProgram(() => startService(loadGatewayConfig(), appModule, serviceOptions));
