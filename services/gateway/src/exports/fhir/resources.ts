/** As much of FHIR R4 as the export of a case uses; there is no maintained package of R4 types to build on. */

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export interface CodeableConcept {
  readonly coding?: readonly Coding[];
  readonly text?: string;
}

export interface Reference {
  readonly reference: string;
  readonly display?: string;
}

export interface Identifier {
  readonly system: string;
  readonly value: string;
}

export interface Annotation {
  readonly authorReference?: Reference;
  readonly time?: string;
  readonly text: string;
}

export interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly profile: readonly string[]; readonly security?: readonly Coding[] };
  readonly [element: string]: unknown;
}

export interface Bundle extends Resource {
  readonly resourceType: 'Bundle';
  readonly type: 'collection';
  readonly identifier: Identifier;
  readonly timestamp: string;
  readonly entry: readonly { readonly fullUrl: string; readonly resource: Resource }[];
}

/** Resources of the UK Core, by their type. */
export type ResourceType =
  | 'Bundle'
  | 'Communication'
  | 'HealthcareService'
  | 'Observation'
  | 'Organization'
  | 'Patient'
  | 'Practitioner'
  | 'PractitionerRole'
  | 'ServiceRequest'
  | 'Task';

/** A resource that says which profile of the UK Core it is written to. Absent elements are left out. */
export function resource(
  type: ResourceType,
  id: string,
  elements: Readonly<Record<string, unknown>>,
): Resource {
  const { security, ...said } = elements;
  return {
    resourceType: type,
    id,
    meta: {
      profile: [`https://fhir.hl7.org.uk/StructureDefinition/UKCore-${type}`],
      ...(security === undefined ? {} : { security: security as readonly Coding[] }),
    },
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
}

/** Where a resource is found within its bundle. */
export const addressOf = (id: string): string => `urn:uuid:${id}`;

export const referenceTo = (id: string, display?: string): Reference => ({
  reference: addressOf(id),
  ...(display === undefined ? {} : { display }),
});
