import type { ReplyOf, listPanels } from '@definitivedx/contracts';

/** A panel as people find it. */
export type Panel = ReplyOf<typeof listPanels>['panels'][number];
