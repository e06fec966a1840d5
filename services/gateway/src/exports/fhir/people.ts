import { v5 } from 'uuid';
import type { CaseDocument } from '../account.js';
import { systems } from './codes.js';
import { referenceTo, resource, type Reference, type Resource } from './resources.js';

/** Who had a part in a case, as resources, each once, however often something refers to it. */
export class People {
  private readonly found = new Map<string, Resource>();
  private readonly caseId: string;

  constructor(private readonly document: CaseDocument) {
    this.caseId = document.case.caseId;
  }

  /** The resources that something refers to. */
  get resources(): readonly Resource[] {
    return [...this.found.values()];
  }

  /** The organisation by its ODS code; undefined when it is not known any more. */
  organisation(organisationId: string): Reference | undefined {
    const known = this.document.named.organisations.find((one) => one.organisationId === organisationId);
    if (!known) return undefined;
    const { odsCode, name } = known;
    this.add(organisationId, () =>
      resource('Organization', organisationId, {
        identifier: [{ system: systems.ods, value: odsCode }],
        name,
      }),
    );
    return referenceTo(organisationId, name);
  }

  /** A person as the one who acted for an organisation; for people whose organisation is not told, without one. */
  role(memberId: string, organisationId: string | null): Reference {
    const id = v5(`role ${memberId} ${organisationId ?? ''}`, this.caseId);
    const name = this.document.named.people.find((one) => one.memberId === memberId)?.name;
    this.add(memberId, () =>
      resource('Practitioner', memberId, { name: name === undefined ? undefined : [{ text: name }] }),
    );
    const organization = organisationId === null ? undefined : this.organisation(organisationId);
    this.add(id, () =>
      resource('PractitionerRole', id, { practitioner: referenceTo(memberId, name), organization }),
    );
    return referenceTo(id, name);
  }

  /** The author of a post, acting for whom they did then. */
  author({ authorId, number }: { authorId: string; number: number }): Reference {
    return this.role(authorId, this.actedFor(authorId, number));
  }

  /** Whether a post was written for the organisation that asked. */
  isAsking({ authorId, number }: { authorId: string; number: number }): boolean {
    return this.actedFor(authorId, number) === this.document.case.organisationId;
  }

  /** The panel that leads; undefined when only people were asked. */
  leadPanel(): Reference | undefined {
    const { leadPanelId } = this.document.case;
    const panel = this.document.named.panels.find(({ panelId }) => panelId === leadPanelId);
    if (!panel) return undefined;
    const { panelId, name, specialty, organisationId } = panel;
    const providedBy = this.organisation(organisationId);
    this.add(panelId, () =>
      resource('HealthcareService', panelId, { name, specialty: [{ text: specialty }], providedBy }),
    );
    return referenceTo(panelId, name);
  }

  /** The responsible specialist, for the lead panel's organisation. */
  responsible(): Reference | undefined {
    const { responsibleId, leadPanelId } = this.document.case;
    if (responsibleId === null) return undefined;
    const panel = this.document.named.panels.find(({ panelId }) => panelId === leadPanelId);
    return this.role(responsibleId, panel?.organisationId ?? null);
  }

  private actedFor(authorId: string, number: number): string | null {
    const acted = this.document.actedFor.find(
      ({ memberId, numbers }) => memberId === authorId && numbers.includes(number),
    );
    return acted?.organisationId ?? null;
  }

  private add(id: string, make: () => Resource): void {
    if (!this.found.has(id)) this.found.set(id, make());
  }
}
