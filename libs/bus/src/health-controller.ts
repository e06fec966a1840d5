import { Controller, Get, Inject } from '@nestjs/common';
import { Open } from '@definitivedx/auth';
import { Database } from '@definitivedx/db';
import { unavailable } from '@definitivedx/errors';
import { Bus } from './bus.js';

/** For the orchestrator: alive, and able to serve. */
@Open()
@Controller()
export class HealthController {
  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(Bus) private readonly bus: Bus,
  ) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 while the database or the bus is out of reach. */
  @Get('readyz')
  async ready(): Promise<{ status: 'ok' }> {
    if (!this.bus.ready()) throw unavailable('The message bus');
    await this.db.ping();
    return { status: 'ok' };
  }
}
