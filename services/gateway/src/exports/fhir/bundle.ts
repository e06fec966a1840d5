import { v5 } from 'uuid';
import { besides, formOf, placed, written, type CaseDocument, type Post } from '../account.js';
import { paragraphsOf, saidIn } from '../paragraphs.js';
import { inWords, labelOf, unitAsWritten, valueInWords } from '../words.js';
import {
  adviceAndGuidance,
  age,
  anonymised,
  kindConcept,
  recommendationConcept,
  statusConcept,
  statuses,
  systems,
} from './codes.js';
import { People } from './people.js';
import {
  addressOf,
  referenceTo,
  resource,
  type Annotation,
  type Bundle,
  type Resource,
} from './resources.js';

type Result = CaseDocument['case']['results'][number];

/** What the requester wrote beside the question, which has a place of its own. */
const noted = written.filter((field) => field !== 'question');

/** Sexes as FHIR has them; where it does not matter clinically it was not asked. */
const genders = { female: 'female', male: 'male', 'not-relevant': 'unknown' } as const;

/**
 * A case as a FHIR R4 bundle of UK Core resources; docs/fhir-export.md says what becomes what. Ids are those of the case
 * and its parts, or follow from them: the same case taken twice is the same resources, and a receiver can tell.
 */
export function caseBundle(document: CaseDocument): Bundle {
  const { case: found, takenAt } = document;
  const people = new People(document);
  const own = new CaseResources(document, people);
  const resources = [
    own.request(),
    own.task(),
    own.patient(),
    ...own.observations(),
    ...found.posts.map((post, place) => own.communication(post, found.posts.slice(0, place))),
  ];
  return {
    ...resource('Bundle', v5('bundle', found.caseId), { security: [anonymised] }),
    resourceType: 'Bundle',
    type: 'collection',
    identifier: { system: systems.caseVersion, value: `${found.code}/${String(found.version)}` },
    timestamp: takenAt,
    entry: [...resources, ...people.resources].map((one) => ({ fullUrl: addressOf(one.id), resource: one })),
  };
}

class CaseResources {
  private readonly found: CaseDocument['case'];
  private readonly patientId: string;
  private readonly taskId: string;

  constructor(
    document: CaseDocument,
    private readonly people: People,
  ) {
    this.found = document.case;
    this.patientId = v5('patient', this.found.caseId);
    this.taskId = v5('task', this.found.caseId);
  }

  /** What was asked. */
  request(): Resource {
    const { caseId, code, status, priority, question, createdAt } = this.found;
    const performer = this.people.leadPanel();
    return resource('ServiceRequest', caseId, {
      identifier: [{ system: systems.caseCode, value: code }],
      status: statuses[status].request,
      intent: 'order',
      category: [adviceAndGuidance],
      priority,
      code: adviceAndGuidance,
      subject: referenceTo(this.patientId),
      authoredOn: createdAt,
      requester: this.requester(),
      performer: performer && [performer],
      reasonCode: [{ text: question }],
      supportingInfo: this.observations().map(({ id }) => referenceTo(id)),
      note: this.notes(),
    });
  }

  /** Who answers, by when, and how far it is. */
  task(): Resource {
    const { caseId, code, status, priority, createdAt, lastActivityAt, answerBy } = this.found;
    return resource('Task', this.taskId, {
      groupIdentifier: { system: systems.caseCode, value: code },
      basedOn: [referenceTo(caseId)],
      status: statuses[status].task,
      businessStatus: statusConcept(status),
      intent: 'order',
      priority,
      code: adviceAndGuidance,
      focus: referenceTo(caseId),
      for: referenceTo(this.patientId),
      authoredOn: createdAt,
      lastModified: lastActivityAt,
      requester: this.requester(),
      owner: this.people.responsible() ?? this.people.leadPanel(),
      restriction: answerBy === null ? undefined : { period: { end: answerBy } },
    });
  }

  /** Somebody of whom nothing is told that would tell who. */
  patient(): Resource {
    return resource('Patient', this.patientId, {
      security: [anonymised],
      gender: genders[this.found.sex],
    });
  }

  /** The age band, and what was measured. */
  observations(): readonly Resource[] {
    const { caseId, ageBand, createdAt, results } = this.found;
    const shared = { status: 'final', subject: referenceTo(this.patientId), issued: createdAt };
    return [
      resource('Observation', v5('age', caseId), { ...shared, code: age, valueString: ageBand }),
      ...results.map((result, place) =>
        resource('Observation', v5(`result ${String(place)}`, caseId), { ...shared, ...measured(result) }),
      ),
    ];
  }

  /** One post, in answer to the last one that somebody else had written. */
  communication(post: Post, before: readonly Post[]): Resource {
    const { postId, kind, recommendation, postedAt, body, withdrawn } = post;
    const to = this.people.isAsking(post) ? this.people.leadPanel() : this.requester();
    const answered = before.findLast(({ authorId }) => authorId !== post.authorId);
    const notes = besides(post, this.found).map(([label, value]) => ({ text: `${label}: ${value}` }));
    return resource('Communication', postId, {
      basedOn: [referenceTo(this.found.caseId)],
      partOf: [referenceTo(this.taskId)],
      inResponseTo: answered && [referenceTo(answered.postId)],
      // What was withdrawn was said in error, and what it said is left out.
      status: withdrawn ? 'entered-in-error' : 'completed',
      category: [kindConcept(kind)],
      topic: recommendation === null ? undefined : recommendationConcept(recommendation),
      subject: referenceTo(this.patientId),
      sent: postedAt,
      sender: this.people.author(post),
      recipient: to && [to],
      payload: withdrawn ? undefined : [{ contentString: body }],
      note: notes.length === 0 ? undefined : notes,
    });
  }

  private requester() {
    return this.people.role(this.found.requesterId, this.found.organisationId);
  }

  /** What else the requester wrote, each under its heading. */
  private notes(): readonly Annotation[] {
    const { intendedAction, createdAt, specialty, template } = this.found;
    const form = template && formOf(template);
    const texts: [string, readonly string[]][] = [
      ...noted.map((field) => [labelOf(field), [this.found[field] ?? '']] as [string, string[]]),
      [labelOf('specialty'), [specialty ?? '']],
      [labelOf('intendedAction'), [inWords(intendedAction)]],
      [labelOf('referralAllowed'), [valueInWords(this.found.referralAllowed)]],
      ['Consent', paragraphsOf(this.found.consent)],
      ...(form ? [[form.heading, form.facts.map((fact) => fact.join(': '))] as [string, string[]]] : []),
      ...saidIn(this.found, [...placed, 'results']).map(
        ([field, value]) => [labelOf(field), paragraphsOf(value)] as [string, string[]],
      ),
    ];
    const said = texts.filter(([, lines]) => lines.join('') !== '');
    return said.map(([heading, lines]) => ({
      authorReference: this.requester(),
      time: createdAt,
      text: [`${heading}:`, ...lines].join('\n'),
    }));
  }
}

/** A result: numbers with their UCUM unit, words as they are. */
function measured({ name, value, unit, range, taken }: Result): Readonly<Record<string, unknown>> {
  const quantity = (number: number) => ({
    value: number,
    ...(unit === undefined
      ? {}
      : { unit: unitAsWritten(unit), system: 'http://unitsofmeasure.org', code: unit }),
  });
  return {
    code: { text: name },
    ...(typeof value === 'number' ? { valueQuantity: quantity(value) } : { valueString: value }),
    referenceRange: range && [
      {
        ...(range.low === undefined ? {} : { low: quantity(range.low) }),
        ...(range.high === undefined ? {} : { high: quantity(range.high) }),
      },
    ],
    note: taken === undefined ? undefined : [{ text: `Taken: ${taken}` }],
  };
}
