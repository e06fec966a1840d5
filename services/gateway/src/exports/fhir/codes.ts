import type { CaseStatus, PostKind, Recommendation } from '@definitivedx/contracts';
import { inWords } from '../words.js';
import type { CodeableConcept, Coding } from './resources.js';

/** Systems of identifiers and codes. The NHS number's is not among them: no patient is named here. */
export const systems = {
  ods: 'https://fhir.nhs.uk/Id/ods-organization-code',
  caseCode: 'urn:definitivedx:case-code',
  caseVersion: 'urn:definitivedx:case-version',
  service: 'urn:definitivedx:service',
  status: 'urn:definitivedx:e-rs-advice-and-guidance-status',
  postKind: 'urn:definitivedx:post-kind',
  recommendation: 'urn:definitivedx:recommendation',
} as const;

/** What e-RS calls each status, and where ServiceRequest and Task stand then. */
export const statuses: Readonly<Record<CaseStatus, { ers: string; request: string; task: string }>> = {
  'awaiting-advice': { ers: 'PROVIDER_RESPONSE_REQUIRED', request: 'active', task: 'in-progress' },
  'awaiting-information': {
    ers: 'REFERRER_TO_SUBMIT_FURTHER_INFORMATION',
    request: 'active',
    task: 'on-hold',
  },
  'advice-given': { ers: 'REFERRER_TO_REVIEW_RESPONSE', request: 'active', task: 'in-progress' },
  closed: { ers: 'CONVERSATION_ENDED_CLOSED', request: 'completed', task: 'completed' },
  cancelled: { ers: 'CONVERSATION_ENDED_CANCELLED', request: 'revoked', task: 'cancelled' },
  converted: { ers: 'ADVICE_CONVERTED', request: 'completed', task: 'completed' },
};

const concept = (system: string, code: string, display: string): CodeableConcept => ({
  coding: [{ system, code, display }],
  text: display,
});

export const statusConcept = (status: CaseStatus): CodeableConcept =>
  concept(systems.status, statuses[status].ers, inWords(status));

export const kindConcept = (kind: PostKind): CodeableConcept =>
  concept(systems.postKind, kind, inWords(kind));

export const recommendationConcept = (code: Recommendation): CodeableConcept =>
  concept(systems.recommendation, code, inWords(code));

export const adviceAndGuidance = concept(systems.service, 'advice-and-guidance', 'Advice and guidance');

export const age: CodeableConcept = {
  coding: [{ system: 'http://loinc.org', code: '30525-0', display: 'Age' }],
  text: 'Age band',
};

/** Says of a resource that what identifies the patient was taken out of it. */
export const anonymised: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'ANONYED',
  display: 'anonymized',
};
