import { byteDoor, type ServiceOptions } from '@definitivedx/bus';
import { fileDoor } from '@definitivedx/contracts';

/** How the file door differs from the HTTP side of the other services. */
export const serviceOptions: ServiceOptions = byteDoor(fileDoor.headers.caller);
