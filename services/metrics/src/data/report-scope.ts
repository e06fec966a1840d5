/** Which cases a report is of. Months are YYYY-MM in Europe/London, both included. */
export interface ReportScope {
  readonly organisationId: string;
  readonly from: string;
  readonly to: string;
  readonly panelId: string | undefined;
}
