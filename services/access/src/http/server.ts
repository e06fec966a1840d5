import { byteDoor, type ServiceOptions } from '@definitivedx/bus';
import { importDoor } from '@definitivedx/contracts';

/** How the import door differs from the HTTP side of the other services. */
export const serviceOptions: ServiceOptions = byteDoor(importDoor.headers.caller);
