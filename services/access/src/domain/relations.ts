import { everyPurpose, everyRelation, type Purpose, type Relation } from '@definitivedx/contracts';

/**
 * What each relation to a case permits; docs/access-model.md in words. What is not here is refused. From the strongest
 * relation to the weakest: who has several acts through the first that permits the purpose.
 */
const permits: Readonly<Record<Relation, readonly Purpose[]>> = {
  requester: everyPurpose,
  cover: everyPurpose,
  delegate: ['read', 'list', 'post', 'files', 'file-upload', 'file-download', 'audience', 'audit'],
  member: ['read', 'list', 'post', 'hand-over', 'files', 'file-upload', 'file-download'],
  panel: ['read', 'list', 'post', 'hand-over', 'files', 'file-upload', 'file-download'],
  everyone: ['read', 'list', 'post', 'hand-over', 'files', 'file-upload', 'file-download'],
  governance: ['read', 'list', 'files', 'file-download'],
};

/** The relations through which something may be done to a case, strongest first. */
export const relationsFor = (purpose: Purpose): readonly Relation[] =>
  everyRelation.filter((relation) => permits[relation].includes(purpose));

/** The relations that may change who sees a case. */
export const controllingRelations = relationsFor('audience');
